"""Names with dots: a file, a host, or code? The same signs write all three, so what stands around them decides."""

import re
from typing import FrozenSet, List, Match, Pattern

from ...stdlib_names import STDLIB_NAMES
from ..type_names import PACKAGES

DOTTED: Pattern[str] = re.compile(r"(?<![\w.-])\w[\w-]{0,99}(?:\.[\w-]{1,63}){1,8}")

_FILES = frozenset(
    """
    csv tsv xls xlsx xlsm ods json jsonl ndjson geojson txt rtf doc docx odt ppt pptx pdf pdb cif mmcif fasta fastq fq
    vcf bam bed gff gtf h5 hdf5 h5ad loom parquet feather arrow orc avro pkl pickle joblib npy npz png jpg jpeg tif tiff
    bmp gif svg webp heic zip gz bz2 tgz 7z rar sqlite sqlite3 db sav dta sas7bdat rds rdata mat nii dcm edf fif vhdr
    mp3 mp4 wav avi mov flac ckpt onnx safetensors sdf mol2 xtc shp gpkg kml kmz eml kdbx p12 pem xml yaml toml log
    """.split()
)
_DATA = _FILES - frozenset("json pdf db mat log bed orc xml".split())
"""Of these the ones that are no attribute of anything: `norm.pdf`, but `data.csv`."""
_PUBLIC_FILES = frozenset(
    """
    config.json tokenizer.json tokenizer_config.json generation_config.json preprocessor_config.json vocab.json
    vocab.txt added_tokens.json special_tokens_map.json model.safetensors model_index.json package.json kernel.json
    kaggle.json requirements.txt environment.yaml pyproject.toml dataset_info.json dataset_infos.json index.json
    """.split()
)
"""Files that have the same name for everybody, and stand in libraries' messages."""

_DOMAINS = frozenset("com org net edu gov mil biz local internal corp lan invalid test example".split())
_NOT_IN_MESSAGES = frozenset("local internal corp lan invalid test example".split())
"""Domains that are words of code too: `np.random.test`."""
_COUNTRIES = frozenset(
    """
    ac ad ae af ag ai al am ao app aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bl bm bn bo bq br bs bt bv bw by
    bz ca cat cc cd cf cg ch ci ck cl cloud cm cn co cr cu cv cw cx cy cz de dev dj dk dm do dz ec ee eg eh er es et eu
    fi fj fk fm fo fr ga gb gd ge gf gg gh gi gl gm gn gov gp gq gr gs gt gu gw gy hk hm hn hr ht hu id ie il im in info
    int io iq ir is it je jm jo jp ke kg kh ki km kn kp kr kw ky kz la lb lc li lk lr ls lt lu lv ly ma mc md me mf mg
    mh mk ml mm mn mo mp mq mr ms mt mu mv mw mx my mz na nc ne nf ng ni nl no np nr nu nz om online pa pe pf pg ph pk
    pl pm pn pr ps pt pw py qa re ro rs ru rw sa sb sc sd se sg sh si site sj sk sl sm sn so sr ss st su sv sx sy sz tc
    td tf tg th tj tk tl tm tn to tr tt tv tw tz ua ug uk um us uy uz va vc ve vg vi vn vu wf ws xyz ye yt za zm zw
    """.split()
)
_ALSO_ATTRIBUTES = frozenset(
    """
    ac ad ag ai al am app as ax be bl bq bs bv bz cat cc cd cf ci cloud cm co cr cv dev dm do eg eh er et fm ga ge gg gi
    gl gm gn gp gs gt id im in info int io is ki km kn la li lr ls ma mc md me mf mg ml mm mn mo mp mr ms mt mu mv my na
    nc ne ni no np nr nu om online pa pe pk pm pn pr ps pt py re rs sb sc sd sh si site sl sm sn so ss st sv sy tc td tf
    tg tk tl tm tn to tr tt tv um us va vi vs ws xyz yt
    """.split()
)
"""Of these domains the ones that are attributes, units or endings of files more often than hosts."""
_HOSTED = frozenset("ai be co io me no us".split())
"""Of those the ones under which many hosts stand: with one more name before them they count."""

_ENDINGS = _FILES | _DOMAINS | _COUNTRIES

_CODE_ROOTS: FrozenSet[str] = (
    frozenset(name.lower() for name in PACKAGES)
    | frozenset(name.lower() for name in STDLIB_NAMES)
    | frozenset(
        "self cls this super np pd plt sns tf nn dd cp jnp ax axes fig df spark java javax scala kotlin math".split()
    )
)
_VARIABLES = frozenset(
    """
    data frame model session response resp res request req result row col obj args kwargs config cfg options opt params
    ctx client conn cursor engine db con window document console path tokenizer trainer dataset loader norm stats
    """.split()
)
"""Names that stand in front of an attribute often, and in front of a host's other names too."""
PUBLIC_HOST = (
    r"(?:docs\.(?:python|pydantic|scipy|sqlalchemy|rapids|ray|dask)\.(?:org|io|dev|ai)|(?:scikit-learn|numpy|matplotlib"
    r"|pytorch|tensorflow|jupyter|pypi|python|kaggle|xgboost|networkx|pola|sqlalche|errors\.pydantic|pandas\.pydata"
    r"|seaborn\.pydata|numba\.pydata|huggingface|docs\.jax|jax\.readthedocs)\.(?:org|dev|me|rs|co|io|com))"
)
"""Sites of libraries' manuals, to which their messages point."""
_PUBLIC = re.compile(r"(?:www\.)?" + PUBLIC_HOST + r"\Z")
_IS_SERVER = re.compile(r"(?:\b(?:host|hostname|server|domain|website|ping|ssh|scp|curl|wget)[ =:]{1,3}|@|//)\Z", re.I)
_AFTER_HOST = re.compile(r":\d{2,5}\b|/[\w.~-]")


def hidden_name(match: Match[str], in_message: bool) -> str:
    """The placeholder of what `DOTTED` found, or the same text where it is code or known to everybody.

    `in_message` says that the text is a library's, or of somebody who speaks of code: names that may be code stay.
    """
    text, around, start, end = match.group(), match.string, match.start(), match.end()
    labels = text.lower().split(".")
    last = labels[-1]
    if last not in _ENDINGS or around[end : end + 1] == "(" or around[start - 1 : start] == "<" or _is_code(labels):
        return text
    if last in _FILES:
        return text if text in _PUBLIC_FILES else "<file>"
    if any("_" in label for label in labels):  # no host has one
        return text
    is_spoken = _IS_SERVER.search(around[max(start - 12, 0) : start]) or _AFTER_HOST.match(around, end)
    if around[start - 1 : start] == "/" and not is_spoken:
        return text
    if _PUBLIC.match(text.lower()):
        return text
    return "<host>" if _is_host(text, labels, in_message, bool(is_spoken)) else text


def _is_code(labels: List[str]) -> bool:
    """Whether a name begins as code does."""
    return labels[0] in _CODE_ROOTS or (len(labels) == 2 and labels[0] in _VARIABLES and labels[1] not in _DATA)


def _is_host(text: str, labels: List[str], in_message: bool, is_spoken: bool) -> bool:
    last = labels[-1]
    is_sure = is_spoken or labels[0] == "www" or any("-" in label for label in labels)
    if last in _DOMAINS:
        return is_sure or not (in_message and last in _NOT_IN_MESSAGES)
    written = text.rsplit(".", 1)[1]
    if last not in _COUNTRIES or not (written.islower() or text.isupper()):  # a sentence after a full stop: `done.It`
        return False
    if is_sure:
        return True
    if last in _ALSO_ATTRIBUTES:
        return len(labels) > 2 and last in _HOSTED and not in_message
    if in_message:
        return len(labels) > 2 and last not in ("at", "it")
    return len(labels) > 2 or len(labels[0]) > 2
