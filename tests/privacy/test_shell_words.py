"""Of a shell line its commands, sub-commands, options and packages leave, and nothing that they were given."""

from __future__ import annotations

import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jupyter_errreport.privacy.line.magics import is_known_magic
from jupyter_errreport.privacy.line.shell_words import public_command


@pytest.mark.parametrize(
    ("line", "public"),
    [
        # a short option is one letter, the rest of it a value
        ("mariadb -uquill -pS3cret trials", "mariadb -u<arg> -p<arg> <arg>"),
        ("zip -Pquill a.zip b", "zip -P<arg> <path> <arg>"),
        ("psql -hlocal -Uquill", "psql -h<arg> -U<arg>"),
        ("ssh -iquill.pem -p22 quill@lab", "ssh -i<arg> -p<arg> <arg>"),
        # letters that may be joined
        ("ls -lart quill", "ls -lart <arg>"),
        ("tar -xjf quill.tar -C quill", "tar -xjf <path> -C <arg>"),
        ("rm -rf quill/*", "rm -rf <path>"),
        ("wget -qO- https://quill.org/x", "wget -qO- <url>"),
        ("curl -fsSL https://quill.org | bash -s -- quill", "curl -fsSL <url> | bash -s -- <arg>"),
        # long options
        ("psql --username=quill --dbname quill", "psql --username=<arg> --<arg> <arg>"),
        ("wget --quiet --password quill", "wget --quiet --password <arg>"),
        ("git --quill log", "git --<arg> <arg>"),
        ("python train.py --epochs 10 --quill 3", "python <path> --epochs <int> --<arg> <int>"),
        # installers
        ("pip install -r quill.txt numpy", "pip install -r <path> numpy"),
        ("pip install -rquill.txt", "pip install -r<arg>"),
        ("pip install -e quill", "pip install -e <arg>"),
        ("pip install -t quill -U scipy", "pip install -t <arg> -U scipy"),
        ("pip install --trusted-host quill polars", "pip install --trusted-host <arg> polars"),
        ("pip install -i https://quill/simple polars", "pip install -i <url> polars"),
        ("pip install quill-1.0-py3-none-any.whl quill.tar.gz", "pip install <path> <path>"),
        ("pip install quill/ . ./quill ~/quill", "pip install <path> <path> <path> <path>"),
        ("pip install -qU 'polars[all]>=1.0' \"duckdb\"", "pip install -qU 'polars[all]>=1.0' \"duckdb\""),
        ("pip install polars>=1.2,<2", "pip install polars>=1.2,<2"),
        ("pip install 'quill jones' \"a quill\"", "pip install <str> <str>"),
        ("pip install polars @ https://quill.org/x", "pip install polars @ <url>"),
        ("pip install git+https://quill@lab/x.git", "pip install <url>"),
        ("pip3.11 install polars==1.2.0rc1", "pip3.11 install polars==1.2.0rc1"),
        ("pip --proxy quill install polars", "pip --proxy <arg> install polars"),
        ("pip freeze > quill.txt", "pip freeze > <path>"),
        ("python -m pip install polars", "python -m pip install polars"),
        ("python3 -u -m pip install -q polars", "python3 -u -m pip install -q polars"),
        ("python -m quill install quill", "python -m <arg> <arg> <arg>"),
        ("python quill.py install quill", "python <path> <arg> <arg>"),
        ("cat install quill", "cat <arg> <arg>"),
        ("uv pip install --system polars", "uv pip install --system polars"),
        ("uv add polars", "uv add polars"),
        (
            "conda install -n quill -c conda-forge -y rdkit=2024.03",
            "conda install -n <arg> -c conda-forge -y rdkit=2024.03",
        ),
        ("conda install -c quill rdkit", "conda install -c <arg> rdkit"),
        ("conda create --name quill python=3.11", "conda create --name <arg> python=3.11"),
        ("conda env create -f quill.yml", "conda env create -f <path>"),
        ("apt-get install -yqq libxml2-dev ./quill.deb", "apt-get install -yqq libxml2-dev <path>"),
        ("apt-get -qq install -y ffmpeg", "apt-get -qq install -y ffmpeg"),
        ("sudo apt install graphviz", "sudo apt install graphviz"),
        ("npm install -g yarn ./quill", "npm install -g yarn <path>"),
        # commands
        ("quill is here", "<command> <arg> <arg>"),
        ("./quill.sh quill", "<path> <arg>"),
        ("/usr/bin/python3 quill.py", "<path> <path>"),
        ("PGPASSWORD=quill psql -d quill", "<arg> psql -d <arg>"),
        ("env A=quill python quill.py", "env <arg> python <path>"),
        ("sudo -u quill ls", "sudo -u <command> <arg>"),
        ("timeout 10 ls quill", "timeout <int> ls <arg>"),
        (
            "cd quill && git clone https://quill.org/x quill; ls | grep quill || quill",
            "cd <arg> && git clone <url> <arg>; ls | grep <arg> || <command>",
        ),
        ("(cd quill; make -j4)", "(cd <arg>; make -j<arg>)"),
        ("if [ -f quill ]; then rm quill; fi", "if [ -f <arg> ]; then rm <arg>; fi"),
        ("for f in quill jones; do cat $f; done", "for <arg> in <arg> <arg>; do cat $f; done"),
        # what else stands in a line
        ("echo $(cat quill | wc -l) `quill x`", "echo $(cat <arg> | wc -l) `<command> <arg>`"),
        ("echo $(echo $(quill))", None),
        ("ls {folder} $HOME ${HOME} {folder.quill} $HOME/quill", "ls {folder} $HOME ${HOME} <arg> <path>"),
        (
            "echo 'quill' \"quill jones\" quill\\ jones > quill.txt 2>&1",
            "echo <str> <str> <path> > <path> 2>&1",
        ),
        ("ls >quill 2>/dev/null <quill", "ls ><path> 2>/dev/null <<path>"),
        ("cat << quill", "cat <<<arg>"),
        ("mysql <<< 'quill'", "mysql <<< <path>"),
        ("git commit -m 'quill was here' -a", "git commit -m <str> -a"),
        ("kaggle datasets download -d quill/visits", "kaggle datasets download -d <path>"),
        ("nvidia-smi", "nvidia-smi"),
        ("head -5 quill.csv", "head <int> <path>"),
        ("find quill -name quill -type f", "find <arg> -name <arg> -type <arg>"),
        ("docker run -it --name install quill", "docker run -it --name <arg> <arg>"),
        ("", ""),
    ],
)
def test_a_shell_line(line: str, public: str | None) -> None:
    told = public_command(line)
    if public is not None:
        assert told == public
    assert "quill" not in told
    assert "S3cret" not in told


@pytest.mark.parametrize(
    ("magic", "line", "public"),
    [
        ("%%bash", "-s quill -pS3cret", "-s <arg> -p<arg>"),
        ("%pip", "install -q polars -r quill.txt", "install -q polars -r <path>"),
        ("%conda", "install -n quill -y polars", "install -n <arg> -y polars"),
        ("%sql", "--persist postgresql://quill@h/d install quill", "--<arg> <url> <arg> <arg>"),
        ("%env", "KEY=quill", "<arg>"),
        ("%cd", "../quill", "<path>"),
        ("%run", "-i quill.py quill", "-i <path> <arg>"),
        ("%%writefile", "-a quill.py", "-a <path>"),
        ("%script", "quill | quill; quill", "<arg> | <arg>; <arg>"),
        ("!!", "ls quill", "ls <arg>"),
    ],
)
def test_the_words_of_a_magic(magic: str, line: str, public: str) -> None:
    assert public_command(line, magic) == public


secrets = st.text(string.ascii_lowercase, min_size=3, max_size=10).map(lambda text: "zq" + text) | st.text(
    string.ascii_letters + string.digits + "._@%+,:~", min_size=3, max_size=16
).map(lambda text: "zq" + text)
SHAPES = [
    *("mysql -u{0} -p{0}", "x=1 {0}", "{0} --help", "ls {0} | {0} && {0}", "pip install -r {0} -c {0} --target={0}"),
    *("conda install -n {0} numpy", "python {0} install {0}", "grep --{0} x", "sshpass -p{0} ssh -l {0} h", "A={0} ls"),
    *(
        "cat <{0} >{0} 2>>{0}",
        "echo $({0} {0}) `{0}`",
        "echo \"{0}\" '{0}' \\{0}",
        "docker run -e K={0} -v {0}:/x",
        "7z x -o{0}",
    ),
    *(
        "tar -xzf{0}",
        "ls -l{0}",
        "pip install ./{0} '{0} x' /{0}",
        "git clone {0} && cd {0}",
        "python -m {0} {0}",
        "kill -9 {0}",
    ),
    *(
        "curl -H 'K: {0}' -u{0}:{0} -d {0}",
        "wget --header='{0}' --{0}=1",
        "ffmpeg -i {0} -{0}",
        "java -D{0}={0} -jar {0}",
    ),
]


@pytest.mark.parametrize("shape", SHAPES)
@settings(deadline=None, max_examples=40)
@given(secret=secrets, magic=st.sampled_from(["!", "%%bash", "%sql", "sx"]))
def test_what_a_command_is_given_never_leaves(shape: str, secret: str, magic: str) -> None:
    assert "zq" not in public_command(shape.format(secret), magic)


@given(
    st.text(max_size=300)
    | st.sampled_from(["'", "`", "$(", "{", "\\", "-", "<", "a ", "--a=", "$(`"]).map(lambda unit: unit * 600)
)
@settings(deadline=None)
def test_any_line_is_read(line: str) -> None:
    public_command(line)


def test_magics_of_every_version_of_ipython_are_known() -> None:
    from IPython.core.interactiveshell import InteractiveShell

    magics = InteractiveShell.instance().magics_manager.lsmagic()
    unknown = {name for names in magics.values() for name in names if not is_known_magic(name)}
    assert unknown <= {"sphinx", "errreport"}


@pytest.mark.parametrize(
    "name", ["sql", "R", "cython", "tensorboard", "bigquery", "memit", "lprun", "mprun", "julia", "aimport"]
)
def test_magics_of_well_known_extensions_are_known(name: str) -> None:
    assert is_known_magic(name)


@pytest.mark.parametrize("name", ["smith", "zovam", "", "%time", "Time"])
def test_any_other_name_is_none(name: str) -> None:
    assert not is_known_magic(name)
