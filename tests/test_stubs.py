"""Gradio is imported without writing stub files, and the standard library is as before afterwards."""

import inspect

import pytest

from qa.chat.stubs import no_stub_files


def test_only_classes_of_gradio_have_no_file_and_only_meanwhile() -> None:
    import gradio

    real = inspect.getfile
    with no_stub_files():
        with pytest.raises(OSError, match="stub"):
            inspect.getfile(gradio.Button)
        assert inspect.getfile(inspect.Signature) == inspect.__file__
        assert inspect.getfile(gradio.processing_utils) == gradio.processing_utils.__file__
    assert inspect.getfile is real
    assert inspect.getfile(gradio.Button).endswith("button.py")


def test_a_component_made_meanwhile_is_not_parsed() -> None:
    import gradio
    from gradio.component_meta import create_or_modify_pyi

    with no_stub_files():
        create_or_modify_pyi(gradio.Button, "NotInItsFile", [])
    with pytest.raises(ValueError, match="class source"):
        create_or_modify_pyi(gradio.Button, "NotInItsFile", [])
