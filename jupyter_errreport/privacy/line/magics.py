"""The magics that everybody may have: a name after `%` that is none of them may be anything that somebody typed."""

_IPYTHON = """
alias alias_magic autoawait autocall automagic autoreload aimport bash bookmark capture cat cd clear code_wrap colors
conda config connect_info cp cpaste debug dhist dirs doctest_mode ed edit env file gui hist history HTML html
javascript js killbgscripts latex ldir less lf lk ll load load_ext loadpy logoff logon logstart logstate logstop ls
lsmagic lx macro magic mamba man markdown matplotlib micromamba mkdir more mv notebook page paste pastebin pdb pdef
pdoc perl pfile pinfo pinfo2 pip popd pprint precision prun profile psearch psource pushd pwd pycat pylab pypy python
python2 python3 qtconsole quickref recall rehashx reload_ext rep rerun reset reset_selective rm rmdir ruby run save
sc script set_env sh store subshell svg SVG sx system tb time timeit unalias unload_ext uv who who_ls whos writefile
xdel xmode ! !! autosave px autopx pxconfig pxresult
"""
_EXTENSIONS = """
sql sqlplot sqlcmd sqlrender R Rpush Rpull Rget Rdevice cython cython_inline cython_pyximport fortran julia octave
octave_push octave_pull matlab tensorboard bigquery bqsql bigquery_stats shell memit mprun mprun_init lprun lprun_all
snakeviz prun_save scalene heat pyinstrument viztracer vizloop line_profile watermark version_information dotenv
nb_black lab_black black blackcell yapf isort flake8 pycodestyle pycodestyle_on mypy ipytest run_pytest doctest
wandb mlflow aim ai ai_help chatgpt copilot chat dask spark configure spark_sql sparksql pyspark sh_spark info logs
cleanup delete session local send_to_spark pretty display kql sparql cypher graph_notebook_config gremlin oc
duckdb dql sqlite postgres mysql athena redshift snowflake manim mermaid plantuml dot graphviz tikz ditaa drawio
latexify itikz asy sass scss less_css css vega vegalite echarts bokeh plotly widgets interact ipywidgets ipyparallel
cpp cppyy cling rust go deno node typescript ts babel coffee coffeescript lisp prolog haskell scala kotlin java groovy
nvcc cu cuda cuda_group_run cuda_group_save pyopencl_kernel cl_kernel numba pythran pybind11 ucpp f2py brython
unittest_main load_interactive shortcuts skip skip_if hide hide_input hide_output rise slideshow show_code nbdev
nbdev_default_export nbdev_export_and_show add_to jupyterlab data_table enable_dataframe_formatter
disable_dataframe_formatter tensorflow_version colab gdrive drive mount langchain_tracing ocr xlwings pivot
sqlitedb db_query psql plsql oracle hive presto trino druid gdb lldb valgrind psrecord ptime pp p xonsh zsh fish
powershell pwsh cmd cmake make script_magic slurm sbatch squeue scancel sacct sinfo srun salloc notify ding beep
autonotify errreport sentry toggle_cells hyperlight nbgrader assignment course jupytext papermill parametrize
"""
_NAMES = frozenset((_IPYTHON + _EXTENSIONS).split())


def is_known_magic(name: str) -> bool:
    """Whether `name` (without its percent signs) is a magic of IPython, ipykernel or a well-known extension.

    >>> is_known_magic("timeit"), is_known_magic("smith")
    (True, False)
    """
    return name in _NAMES
