"""Messages of which nothing but the text is known: what known templates, and the shapes of texts, say about them."""

from __future__ import annotations

import ast

import pytest

from jupyter_errreport.privacy.code_names import CodeNames
from jupyter_errreport.privacy.messages.message import Evidence, public_message
from jupyter_errreport.privacy.messages.template import Template
from jupyter_errreport.privacy.sources.expressions import PAUSE, Expressions
from jupyter_errreport.privacy.steps import finished
from jupyter_errreport.privacy.type_names import is_public_type, looks_like_a_type

NOTHING = Evidence((), CodeNames(frozenset(), lambda name: False, is_public_type, looks_like_a_type))


def told(text: str) -> str:
    return finished(public_message(text, NOTHING))


@pytest.mark.parametrize(
    ("text", "public"),
    [
        # a message inside a message is explained in its own right, though it has more words than the one around it
        ("<urlopen error [Errno -2] Name or service not known>",) * 2,
        (
            "HTTPConnectionPool(host='zovamelu.org', port=80): Max retries exceeded with url: /smith (Caused by "
            "NewConnectionError('<urllib3.connection.HTTPConnection object at 0x7ff1eb144a58>: Failed to establish a "
            "new connection: [Errno -2] Name or service not known',))",
            "HTTPConnectionPool(host=<host>, port=<port>): Max retries exceeded with url: <url> (Caused by "
            "NewConnectionError('<urllib3.connection.HTTPConnection object at <address>>: Failed to establish a "
            "new connection: [Errno -2] Name or service not known'))",
        ),
        # several arguments of an exception are several messages
        (
            "(1045, \"Access denied for user 'smith'@'zovamelu' (using password: YES)\")",
            '(<int>, "Access denied for user <str>@<str> (using password: <str>)")',
        ),
        ("('zovamelu', 'smith')", "(<str>)"),
        # what counts a function's parameters, and a number of the system's, is code; how many were given is not
        (
            "__init__() takes 1 positional argument but 3 were given",
            "__init__() takes 1 positional argument but <given> were given",
        ),
        ("unorderable types: str() > int()", "unorderable types: str() > int()"),
        # labels of PostgreSQL
        (
            'null value in column "zovamelu" violates not-null constraint\nDETAIL:  Failing row contains (7, smith).\n',
            "null value in column <str> violates not-null constraint\nDETAIL:  Failing row contains <tuple>.",
        ),
        # TensorFlow's operations: believed when the function's name has it too
        (
            "{{function_node __wrapped__MatMul_device_/job:localhost}} zovamelu [Op:MatMul] name: smith",
            "{{function_node <name>}} <str> [Op:MatMul] name: <name>",
        ),
        ("zovamelu [Op:Smith]", "<str> [Op:<name>]"),
        # OpenCV, whose lines end in a newline
        (
            "OpenCV(5.0.0) /io/opencv/modules/imgproc/src/color.cpp:199: error: (-215:Assertion failed) !_src.empty() "
            "in function 'cvtColor'\n",
            "OpenCV(<version>) <file>:<line>: error: (<int>:Assertion failed) <expression> in function <function>",
        ),
        # XGBoost's log
        (
            "[14:38:27] /workspace/src/common/io.cc:144: zovamelu\nStack trace:\n  smith",
            "<source>\nStack trace:\n<str>",
        ),
        # frames of C++ are other ones in each process
        (
            "[14:38:27] /workspace/src/common/io.cc:144: zovamelu\nStack trace:\n"
            "  [bt] (0) /home/smith/lib/libxgboost.so(+0x22dcbc) [0x7f1bcab2dcbc]\n"
            "  [bt] (1) /home/smith/lib/libxgboost.so(std::__cxx11::basic_string<char>+0x5c) [0x7f1bcab35d2c]\n",
            "<source>\nStack trace:",
        ),
        (
            "[14:38:27] /workspace/src/common/io.cc:144: zovamelu\n"
            "frame #0: c10::Error::Error(c10::SourceLocation, smith) + 0x57 (0x7f1bca in /home/smith/libc10.so)\n"
            "frame #1: <unknown function> + 0x2a0 (0x7f1b in /home/smith/libtorch.so)\n    @     0x7f1bcab smith()",
            "<source>",
        ),
    ],
)
def test_words_stay_and_values_do_not(text: str, public: str) -> None:
    assert told(text) == public


def test_messages_that_were_gathered_and_joined_are_explained_one_by_one() -> None:
    """As PyTorch does it: `"Error(s) ...".join(error_msgs)`, to which other methods appended."""
    joining = Template(("Error(s) in loading state_dict for ", ":\n\t", ""), ("type", "join error_msgs"))
    evidence = NOTHING._replace(templates=(joining,))
    one = "size mismatch for {}: copying a param with shape {} from checkpoint, the shape in current model is {}."
    text = one.format("zovamelu.weight", "torch.Size([3, 5])", "torch.Size([3, 2])")
    words = "size mismatch for <name>: copying a param with shape <shape> from checkpoint"
    for many in (1, 3):
        said = "Error(s) in loading state_dict for Linear:\n\t" + "\n\t".join([text] * many)
        found = finished(public_message(said, evidence))
        assert found.startswith("Error(s) in loading state_dict for Linear:\n\t" + words)
        assert found.count(words) == many
        assert "zovamelu" not in found


def test_a_template_of_several_lines_is_found_behind_a_number() -> None:
    """As spaCy does it, whose errors' class puts a number before each of its texts."""
    literals = ("Can't find a factory for '", "'. Did you register it?\n\nAvailable factories: ", "")
    evidence = NOTHING._replace(templates=(Template(literals, ("name", "opts")),))
    said = "[E002] Can't find a factory for 'zovamelu'. Did you register it?\n\nAvailable factories: smith, jones"
    found = finished(public_message(said, evidence))
    assert found.endswith("Can't find a factory for <name>. Did you register it?\n\nAvailable factories: <opts>")
    assert "zovamelu" not in found


@pytest.mark.parametrize("value", ["zovamelu", "zovamelurx", "x", "zx7"])
def test_one_letter_of_a_template_explains_no_value(value: str) -> None:
    """As that of a range in click, which is found in any value that holds an x."""
    evidence = NOTHING._replace(templates=(Template(("", "x", ""), ("low", "high")),))
    assert finished(public_message(value, evidence)) == "<str>"


@pytest.mark.parametrize("text", ["('" + "\\a" * 1_990, "('" * 1_900 + ")", "(1, " + "A('" * 1_300, "{{node " * 570])
def test_the_worst_text_for_the_shapes_of_messages_holds_nothing_up(text: str) -> None:
    assert "a" not in told(text).replace("<tuple>", "").replace("<object>", "")


def test_the_reading_of_a_function_pauses_after_a_bounded_number_of_nodes() -> None:
    tree = ast.parse("raise ValueError(name)\n" * 500)
    nodes = sum(1 for _ in ast.walk(tree))
    pauses = sum(found is None for found in Expressions(tree, lambda name: []).templates())
    assert pauses >= 2 * nodes // PAUSE
