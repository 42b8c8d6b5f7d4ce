"""What everybody's shell knows: commands, sub-commands and options, by which the meaning of a word is judged."""

from typing import Dict, FrozenSet


def _sets(words: Dict[str, str]) -> Dict[str, FrozenSet[str]]:
    return {name: frozenset(text.split()) for name, text in words.items()}


WRAPPERS = frozenset(
    "sudo doas time nohup nice ionice exec command builtin env stdbuf setsid watch timeout xargs if then else elif "
    "while until do ! {".split()
)
"""Words after which the command stands."""
KEYWORDS = frozenset(
    "if then else elif fi while until do done for case esac in select function ! { } [ [[ ] ]]".split()
)

COMMANDS = (
    KEYWORDS
    | WRAPPERS
    | frozenset(
        """
    7z 7za R Rscript add-apt-repository alembic alias ansible antiword apk apptainer apt apt-cache apt-get apt-key ar
    aria2c as aspell at autoconf automake autossh awk aws awslocal az b2sum base32 base64 basename bash bat bazel bc
    bcftools bedtools bg biber bibtex black blastn blastp blender bokeh bowtie2 brew bsdtar buildah bun bundle bunzip2
    bwa bzcat bzip2 c++ cabal cal cargo cat cc cd cdk cdo certbot cfn chgrp chmod chown chroot clang clang++ clear
    cloc clustalo cmake cmp code column comm composer conda conda-build conda-lock convert cookiecutter coreutils
    coverage cp cpan cpio cpp cron crontab csplit csvcut csvgrep csvjoin csvlook csvsort csvstat ctags curl cut
    cutadapt cypher-shell cython dagster dart dask databricks date dbt dc dd deactivate declare deno df diff dig dir
    dirname dirs disown dmesg dnf docker docker-compose doctl dos2unix dot dotnet dpkg drush du duckdb dvc echo
    edirect efetch egrep eksctl elinks emacs enable errreport esearch etcdctl eval exiftool exit expand expect export
    expr faas factor false fastp fastqc fc fd ffmpeg ffplay ffprobe fg fgrep file find firebase fish flake8 flask flex
    fly fmt fold free fuser fzf g++ gatk gawk gcc gcloud gdal gdalinfo gdalwarp gdb gdown gem getconf gfortran ggrep
    gh ghc ghostscript gifsicle gio git git-lfs glances gmx gnuplot go gpg gradle grep groupadd groups gs gsutil
    gunicorn gunzip gzip h5dump h5ls hadoop hash hatch hdfs head helm help heroku hexdump hf hisat2 history hive host
    hostname hostnamectl htop http hub huggingface-cli hugo ibmcloud iconv id identify ifconfig influx info initdb
    inkscape insmod install invoke ip ipython isort istioctl jar java javac jobs join jq julia jupyter
    jupyter-errreport jupyter-lab jupyter-notebook jupytext k3s k9s kafka-topics kaggle kill killall kind kubectl
    kustomize latex latexdiff latexmk ldconfig ldd less let lftp ln local locale locate logger login logout lp ls
    lsb_release lsblk lscpu lsmod lsof lspci lsusb lua luarocks lynx lz4 lzma m4 mafft magick mail make mamba man
    mariadb mc md5 md5sum mdadm meson micromamba minikube minimap2 mkdir mkdocs mkfifo mkfs mktemp mkvirtualenv mlflow
    mmseqs modal modprobe module mongo mongod mongodump mongoimport mongosh more mount mpicc mpiexec mpirun muscle mv
    mvn mypy mysql mysqladmin mysqldump nano nbconvert nbstripout nc ncdu ncdump ncks netcat netstat newgrp nextflow
    nginx ngrok nim ninja nl nm nmap node nomad nox npm nproc npx nslookup numactl nvcc nvidia-smi nvim nvprof nvtop
    obabel objdump oc octave od ogr2ogr okular ollama open opencv_version openscad openssl packer pandoc papermill
    parallel paste patch pdfinfo pdflatex pdftk pdftoppm pdftotext pdm perl pg_ctl pg_dump pg_restore pgbench pgrep
    php pigz ping pip pipenv pipx pixi pkg pkg-config pkill playwright plink plink2 pm2 pmap pnpm podman poetry popd
    port powershell pr pre-commit prefect presto printenv printf prlimit prodigal ps psql psrecord pstree ptx pulumi
    pushd pwd py pydoc pyenv pygmentize pylint pymol pypy pytest python qemu qstat qsub quarto raku rar rasa ray
    rclone read readelf readlink readonly realpath reboot redis-cli redis-server rename rename.ul reset return rev rg
    rip rm rmdir rosetta rpm rst2html rsync ruby ruff run runuser rust rustc rustup rye s3cmd sacct salloc salmon sam
    samtools sass sbatch sbt scala scancel scons scp screen script scrot sdiff sed seq seqkit seqtk service set
    setfacl sftp sh sha1sum sha256sum sha512sum shellcheck shift shopt shred shuf shutdown sinfo singularity sleep sls
    slurm smbclient snakemake snap snyk socat sops sort source sox spack spacy spark-shell spark-submit sphinx-build
    split sqlcmd sqlfluff sqlite3 squeue srun ss ssh ssh-add ssh-copy-id ssh-keygen ssh-keyscan sshfs sshpass sshuttle
    star stat strace streamlit strings strip su sum supervisorctl svn swapoff swapon swift swig sync sysctl systemctl
    tabix tac tail tar task taskset tcpdump tee telnet tensorboard terraform tesseract test tex tidy timedatectl
    timeout tmux top touch tox tput tr traceroute trap tree trimmomatic trino true truncate ts-node tsc tsort tty
    twine type typeset udevadm ufw ulimit umask umount unalias uname uncompress unexpand uniq unlink unrar unset
    unshare unxz unzip update-alternatives updatedb uptime useradd usermod uv uvicorn uvx vagrant valgrind vault
    vcftools vercel vi vim virtualenv visudo vmstat w wait wandb wasmtime watch wc wget whereis which who whoami whois
    wine wkhtmltopdf wsl xargs xclip xdg-open xelatex xmllint xterm xvfb-run xxd xz xzcat yarn yes youtube-dl yq
    yt-dlp yum zcat zenity zgrep zip zipinfo zless zola zsh zstd
    """.split()
    )
)

_PIP = "install uninstall list show freeze download wheel check config cache index search debug help"
_CONDA = "install create update upgrade remove uninstall list env info search activate deactivate init config clean run"
SUBCOMMANDS: Dict[str, FrozenSet[str]] = _sets(
    {
        "apt": "install update upgrade remove purge autoremove list search show full-upgrade clean",
        "apt-get": "install update upgrade remove purge autoremove dist-upgrade clean build-dep download source",
        "apk": "add del update upgrade",
        "aws": "s3 ec2 configure sts cp ls sync rm mb ecr iam logs lambda sagemaker dynamodb",
        "az": "login account storage vm group",
        "brew": "install update upgrade uninstall list services tap",
        "cargo": "build run test install add new init update check bench",
        "conda": _CONDA,
        "dnf": "install update remove",
        "docker": "run build pull push ps images exec compose stop rm rmi logs login tag start"
        " kill inspect volume network",
        "docker-compose": "up down build logs ps exec pull run start stop",
        "dvc": "add pull push init repro get import status",
        "gcloud": "auth config compute projects storage init login list set functions run",
        "gem": "install update list uninstall",
        "gh": "auth repo pr issue release clone create list view login run workflow",
        "git": "clone pull push checkout commit add status lfs submodule fetch init log diff branch merge rebase reset"
        " stash tag remote config show rm mv restore switch clean describe rev-parse install update blame bisect",
        "go": "build run test get install mod",
        "gsutil": "cp ls rsync rm mb mv cat du",
        "helm": "install upgrade repo list uninstall",
        "hf": "download upload login whoami auth repo cache",
        "huggingface-cli": "login download upload whoami repo scan-cache",
        "jupyter": "nbconvert lab notebook server labextension nbextension kernelspec trust run execute console list"
        " install enable disable errreport contrib",
        "kaggle": "datasets competitions kernels models download list files submit init push pull output status version"
        " create",
        "kubectl": "get apply delete describe logs exec create port-forward config rollout scale",
        "mamba": _CONDA,
        "micromamba": _CONDA,
        "mlflow": "ui run server models experiments",
        "npm": "install i run ci init start test uninstall update audit publish exec list",
        "ollama": "serve pull run list create show rm ps",
        "pip": _PIP,
        "pipenv": "install run shell lock sync",
        "pipx": "install run inject upgrade list",
        "pixi": "add install run init shell",
        "playwright": "install install-deps codegen show-report",
        "pnpm": "install add run i remove",
        "poetry": "install add run build publish update lock init shell remove show",
        "quarto": "render preview install create",
        "ray": "start stop status job submit",
        "snap": "install remove list",
        "spacy": "download train info validate convert init project",
        "streamlit": "run hello config",
        "systemctl": "start stop restart status enable disable daemon-reload",
        "uv": "pip install run add sync venv tool lock init python remove cache self",
        "wandb": "login sync init agent sweep offline online disabled enabled",
        "yarn": "add install run build start remove",
        "yum": "install update remove",
    }
)
"""The words that may stand directly after a command, or after another of them."""

_CONDA_INSTALLS = "install create update upgrade remove uninstall"
INSTALLS: Dict[str, FrozenSet[str]] = _sets(
    {
        "apt": "install remove purge show",
        "apt-get": "install remove purge build-dep",
        "apk": "add del",
        "brew": "install uninstall upgrade",
        "cargo": "install add",
        "conda": _CONDA_INSTALLS,
        "dnf": "install remove",
        "gem": "install uninstall",
        "mamba": _CONDA_INSTALLS,
        "micromamba": _CONDA_INSTALLS,
        "npm": "install i uninstall",
        "pip": "install uninstall show download wheel",
        "pipenv": "install",
        "pipx": "install",
        "pixi": "add",
        "pnpm": "install add i remove",
        "poetry": "add remove",
        "snap": "install remove",
        "spacy": "download",
        "uv": "add remove",
        "yarn": "add remove",
        "yum": "install remove",
    }
)
"""The sub-commands after which packages are named, as everybody knows them."""

_PIP_FLAGS = """
-q -qq -qqq -U -v -vv -vvv -y -I --upgrade --quiet --user --no-deps --pre --no-cache-dir --no-cache --force-reinstall
--break-system-packages --no-build-isolation --verbose --yes --ignore-installed --no-index --isolated --use-pep517
--require-virtualenv --no-warn-script-location --prefer-binary --no-input --no-clean --disable-pip-version-check
--no-warn-conflicts --dry-run --require-hashes --no-compile --ignore-requires-python --system --use-deprecated
--check-build-dependencies --dev --group-all --reinstall
"""
_CONDA_FLAGS = """
-y -q -v -d -f --yes --quiet --verbose --force --force-reinstall --no-deps --only-deps --freeze-installed --all --json
--override-channels --strict-channel-priority --no-channel-priority --update-all --offline --copy --dry-run --use-local
"""
_APT_FLAGS = """
-y -q -qq -qqy -yq -yqq -f -V --yes --quiet --force-yes --no-install-recommends --fix-missing --fix-broken --reinstall
--allow-unauthenticated --allow-downgrades --assume-yes --install-suggests --only-upgrade --simulate
"""
_NPM_FLAGS = (
    "-g -D -S -E -y --global --save --save-dev --save-exact --legacy-peer-deps --force --silent --no-save --yes"
)
FLAGS: Dict[str, FrozenSet[str]] = _sets(
    {
        "apt": _APT_FLAGS,
        "apt-get": _APT_FLAGS,
        "apk": "--no-cache --update -q -U",
        "brew": "--cask -q --quiet --force -f",
        "cargo": "--locked --force --quiet -q -f",
        "conda": _CONDA_FLAGS,
        "dnf": "-y -q",
        "gem": "--no-document --user-install -q",
        "mamba": _CONDA_FLAGS,
        "micromamba": _CONDA_FLAGS,
        "npm": _NPM_FLAGS,
        "pip": _PIP_FLAGS,
        "pipenv": "--dev -d --skip-lock --system",
        "pipx": "--force --include-deps",
        "pnpm": _NPM_FLAGS,
        "poetry": "--dev --no-root --no-interaction -n",
        "snap": "--classic --beta --edge",
        "spacy": "--direct -d",
        "uv": _PIP_FLAGS,
        "yarn": _NPM_FLAGS + " -W",
        "yum": "-y -q",
        "git": "--no-pager --bare --quiet -q",
        "python": "-u -B -E -I -O -OO -s -S -v -q -b -d -i",
        "docker": "-D --debug",
    }
)
"""Options that take no value: the word after any other option of these commands is data."""

COMBINED: Dict[str, FrozenSet[str]] = {
    name: frozenset(letters)
    for name, letters in (
        pair.split(":")
        for pair in (
            "ls:laAhrtRSdFi1G cp:rRfvapnuL rm:rfvidR mv:fvnu mkdir:pv tar:xzvfjcJtkP grep:inrvElcwoqhHsPRAe "
            "egrep:invrc "
            "ps:efauxwl df:hTika du:shackd wc:lcwm cat:nAbEts head:qv tail:fFq unzip:qonlvjt zip:qrjv gzip:dkfvc "
            "gunzip:kfvc apt:yqfV apt-get:yqfV pip:qvUyI conda:yqv mamba:yqv curl:sSLfkOIiv wget:qcNnvO chmod:Rvfc "
            "chown:Rvfc rsync:avzrPhun scp:rpqC ssh:vNfTAX tr:dcs sort:nrukhb uniq:cdui ln:sfv free:hmgb uname:asrmn "
            "tree:adL rmdir:pv sed:niEr make:skB docker:itd git:qvam unrar:xoe xz:dkvf bzip2:dkvf diff:ruNqbw date:uR "
            "lsof:niP netstat:tulpn ss:tulpn python:uBEIOSvqbd bash:xeu sh:xeu zcat:f less:RSN top:b file:bi id:ung"
        ).split()
    )
}
"""Short options that may stand behind one dash."""

WORD_OPTIONS: Dict[str, FrozenSet[str]] = _sets(
    {
        "find": "name iname type maxdepth mindepth exec size mtime mmin delete print print0 newer path not empty"
        " prune regex",
        "ffmpeg": "vf vcodec acodec an vn crf preset pix_fmt framerate loglevel hide_banner filter_complex map",
        "ffprobe": "show_entries show_streams show_format loglevel",
        "ffplay": "autoexit nodisp loglevel",
        "java": "jar cp classpath version",
        "javac": "cp classpath d",
        "convert": "resize quality density crop rotate delay loop",
        "magick": "resize quality density crop rotate delay loop",
        "gcc": "std shared fPIC Wall",
        "g++": "std",
        "nvcc": "arch std",
        "nvidia-smi": "lms",
        "gmx": "nobackup deffnm",
        "blastn": "query db out outfmt evalue",
        "blastp": "query db out outfmt evalue",
    }
)
"""Long options that these commands write with one dash."""

CHANNELS = frozenset(
    "conda-forge bioconda pytorch nvidia defaults anaconda rapidsai r intel xformers fastai main".split()
)
"""Channels of conda that everybody knows."""

LONG_OPTIONS = frozenset(
    """
    all allow-root append arch args arguments batch batch-size branch break-system-packages cache cache-dir checkpoint
    class classes clean color columns command compress config config-file context continue count cpu cpus create cuda
    cwd data data-dir database dataset date debug delete depth dest detach device devices dim directory dropout
    dry-run dtype duration encoding engine env env-file epoch epochs eval exclude exclude-dir execute exist-ok export
    extra extra-index-url fast file file-format filter find-links folder follow force format fp16 from full gpu gpu-id
    gpus group header headers headless height help hidden-size host id ignore ignore-installed image img img-size
    imgsz include index-url inplace input input-dir insecure install interactive interval ip iterations jobs json
    keep-going kernel key kill label labels language learning-rate length level limit line-length list load local
    location log log-dir log-level logdir long loss lr max max-depth max-length max-time memory merge message metric
    metrics mode model model-name models module momentum name names nb-cores nbatches network no-browser no-cache
    no-cache-dir no-check-certificate no-clobber no-deps no-input no-install-recommends no-warn-script-location nodes
    none ntasks num num-classes num-epochs num-gpus num-workers offline one-top-level only open optimizer option
    options out out-dir outdir output output-dir output-document overwrite parallel params parents partition pass
    password path patience patterns port pre prefix preserve print profile progress project prompt proxy pull python
    quiet random-seed rate raw recursive refresh release remote remote-allow-anywhere remove repo reset resolution
    restart resume reverse rm root run samples save save-dir script seed separator server server-port set shell show
    shuffle silent size skip sleep sort source split split-name src start stats status steps stop strict
    strip-components style summary sync system tag target task temperature template test test-size text threads
    threshold time timeout to token top-k top-p train trust-host trusted-host type unsafe unzip update upgrade url
    use-feature user username val validation value verbose version volume wait warmup watch weight-decay weights width
    window workers working-dir workspace yes zip
    """.split()
)
"""Names of long options that say nothing of who typed them."""
