import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_errreport.api.receiving.places import bare_place


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("<cell 12>", "<cell 12>"),
        ("numpy/linalg/_linalg.py", "numpy/linalg/_linalg.py"),
        ("model.py", "model.py"),
        ("<ipython-input-5-9e1622b385b6>", "<cell 5>"),
        ("/tmp/ipykernel_123/2354412189.py", "<cell>"),
        (r"C:\Users\me\AppData\Local\Temp\ipykernel_12\99.py", "<cell>"),
        ("/usr/local/lib/python3.7/dist-packages/rdkit/__init__.py", "rdkit/__init__.py"),
        ("/home/me/env/lib/python3.11/site-packages/pandas/core/frame.py", "pandas/core/frame.py"),
        ("/usr/lib/python3.11/json/decoder.py", "json/decoder.py"),
        (r"C:\Users\me\env\Lib\site-packages\pandas\core\frame.py", "pandas/core/frame.py"),
        ("/home/me/secret project/model.py", "model.py"),
        (r"C:\Users\me\model.py", "model.py"),
        ("~/model.py", "model.py"),
        ("../me/model.py", "model.py"),
        ("<string>", "<string>"),
        ("", ""),
    ],
)
def test_a_file_is_named_without_a_directory_of_the_users(sent: str, kept: str) -> None:
    assert bare_place(sent) == kept


@given(st.text(alphabet="a/\\.~: <>", max_size=30))
def test_what_was_made_bare_stays_so(filename: str) -> None:
    bare = bare_place(filename)
    assert bare_place(bare) == bare
    assert not bare.startswith(("/", "\\", "~/"))
