"""Where `flet build` begins: the app and nothing else."""

import flet as ft

from app.main import main

if __name__ == "__main__":
    ft.run(main, assets_dir="assets")
