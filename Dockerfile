FROM python:3.12-slim
WORKDIR /wattline
COPY requirements.lock pyproject.toml README.md LICENSE ./
RUN pip install --no-cache-dir --require-hashes -r requirements.lock
COPY main.py ./
COPY shared shared
COPY backend backend
COPY app app
COPY assets assets
RUN pip install --no-cache-dir --no-deps . && useradd --create-home wattline
USER wattline
EXPOSE 8000 9000
CMD ["wattline", "serve"]
