"""Types of public libraries by their names alone: for saved errors, of which no kernel can say what is a type."""

import re

from ..stdlib_names import STDLIB_NAMES

PACKAGES = frozenset(
    """
    IPython PIL Bio aiohttp altair anndata anthropic arviz ase astropy attr attrs bokeh boto3 botocore bs4 catboost
    chromadb click cv2 cudf cupy dask datasets datetime diffusers distributed django duckdb fastapi fiona flask flax
    fsspec gensim geopandas google grpc h5py httpx huggingface_hub hdbscan holoviews ipykernel ipywidgets jax jaxlib
    jinja2 joblib jsonschema kaggle keras langchain lightgbm lightning lxml marshmallow matplotlib mne nbformat
    netCDF4 networkx nibabel nltk numba numexpr numpy openai openpyxl optuna pandas pandera patsy plotly polars
    prophet psutil psycopg psycopg2 py4j pyarrow pydantic pydantic_core pymc pymongo pymysql pyproj pyspark pytest
    pytorch_lightning pytz rasterio ray rdkit redis requests sagemaker scanpy scipy seaborn sentence_transformers
    shapely skimage sklearn snowflake spacy sqlalchemy statsmodels streamlit sympy tables tensorflow tokenizers
    torch torchvision tqdm traitlets transformers umap urllib3 wandb xarray xgboost yaml zarr
    """.split()
)
_ERROR = re.compile(r"[A-Z][A-Za-z]{2,60}(?:Error|Exception|Warning)\Z")
_CLASS = re.compile(r"_?[A-Za-z]\w{0,60}\Z")


def is_public_type(name: str) -> bool:
    """Whether a name is of the shape of an exception's class, or a dotted path in a well-known public package."""
    parts = name.split(".")
    if len(parts) == 1:
        return _ERROR.match(name) is not None
    top = parts[0]
    return (top in PACKAGES or top in STDLIB_NAMES) and all(_CLASS.match(part) for part in parts)


_CAMEL = re.compile(r"(?:[\w.]{0,60}\.)?[A-Z][a-z][A-Za-z0-9]{1,60}\Z|[A-Z]{2,6}[A-Za-z0-9]{0,40}\Z")


def looks_like_a_type(name: str) -> bool:
    """Whether a name is written as classes are; for a place where a class's name was formatted in."""
    return _CAMEL.match(name) is not None
