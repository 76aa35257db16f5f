FROM python:3.12-slim-bookworm
ENV PYTHONUNBUFFERED=1
WORKDIR /wattline
COPY requirements.lock ./
RUN pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements.lock
COPY pyproject.toml README.md LICENSE main.py ./
COPY shared shared
COPY backend backend
COPY app app
COPY assets assets
# Editable: migrations, the API's page and assets/ are found beside the code.
RUN pip install --no-cache-dir --disable-pip-version-check --no-deps -e . \
    && python -m compileall -q app backend shared \
    && useradd --create-home wattline
USER wattline
EXPOSE 8000 9000
CMD ["wattline", "serve"]
