"""Values for the slots of the corpus: realistic, mixed in script and shape, many of them composed.

A model that sees only tidy names learns to copy only tidy names; so most values are
put together at random from words, digits, separators and suffixes.
"""

import base64
import random
import re
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

from nlsh.values.types import suffixes

WORDS = """report budget invoice notes draft final summary meeting agenda plan project thesis chapter essay letter resume cv
contract receipt tax photo holiday vacation trip birthday wedding recipe todo list data dataset results experiment model
config settings server client backup archive old new temp test main index style script build release version log error
access debug install readme license changelog manual guide book novel poem song track movie clip video scan passport visa
insurance bank statement salary payroll budget2023 inventory orders customers sales marketing pitch deck slides poster logo
icon banner header footer sidebar login user users account profile avatar dump export import cache session token network
graph chart table figure paper review feedback interview questions answers homework assignment lecture exam syllabus
course schedule calendar timeline roadmap backlog sprint ticket issue bug feature hotfix patch diff merge branch commit
garden kitchen house car bike train flight hotel map route travel camping hiking ski beach sunset portrait landscape cat
dog bird family friends party concert festival school work home office lab studio warehouse shop market alpha beta gamma
delta omega apollo phoenix falcon titan orion nova luna mars venus saturn pluto zeus atlas hermes iris clio weekly monthly
daily annual quarterly january february march april june july august spring summer autumn winter""".split()
FOLDERS = """Downloads Documents Desktop Pictures Music Videos Public Templates downloads documents desktop pictures music
videos photos Photos projects Projects work Work src lib bin docs tests test build dist node_modules vendor assets images
static public templates scripts tools config data logs log tmp temp backup backups archive Archive old misc stuff uploads
exports inbox outbox drafts Invoices invoices receipts taxes Taxes school thesis papers Papers books Books games movies
Movies screenshots Screenshots wallpapers home target out obj include packages modules components utils helpers api
frontend backend mobile web notebooks models checkpoints experiments results figures share Dropbox Nextcloud""".split()
PATHS = """/etc /var/log /tmp /usr/share /usr/lib /opt /srv /home/anna /mnt/data /media/usb /var/lib /usr/local/bin ~/Downloads
~/Documents ~/projects ~/src ~/Desktop ~/code/app ~/.config ~/work/2024 ~ ./src ./build ./docs ../data .. ../backup src/utils
src/components docs/images lib/python data/raw data/processed tests/unit app/models static/css projects/nlsh Documents/taxes
Pictures/2023 Downloads/old var/www work/clients/acme /data/sets /usr/share/doc ~/Music/live ~/notes""".split()
SUFFIXES = """txt md pdf docx doc odt xlsx xls csv json yaml yml toml xml html css js ts py c cpp h rs go java rb sh log png jpg
jpeg gif svg webp mp4 mkv mov avi mp3 wav flac ogg zip tar gz bak tmp iso deb tex bib ipynb sql db conf ini cfg ppt pptx epub
srt pyc o so lock env key pem""".split()
TYPES = """pdfs PDFs pictures photos images pics videos movies songs music audio documents docs spreadsheets presentations
slides archives zips tarballs logs scripts screenshots jpgs jpegs pngs gifs svgs mp3s mp4s csvs markdowns notebooks ebooks books
fonts backups isos code source subtitles photographs clips films tracks powerpoints excels textfiles""".replace("screenshots ", "").replace("textfiles", "").split() + [
    "python scripts", "shell scripts", "word documents", "word docs", "excel sheets", "zip archives", "source code",
    "jpgs and pngs", "pdfs and docs", "photos and videos", "images or videos", "mp3 and flac", "tar archives",
    "pdf documents", "python code", "config", "java classes", "png images", "jpg pictures", "mp3 songs", "mkv videos",
]  # fmt: skip
TYPES1 = """pdf PDF python py text txt log csv json yaml markdown md html css javascript js typescript image video audio music
document word excel spreadsheet zip tar archive jpg jpeg png gif svg mp3 mp4 mkv wav flac docx xlsx pptx c cpp java rust go ruby
shell bash script config backup temp temporary iso epub ebook font tex latex sql xml toml ini pyc object header code source
notebook photo picture presentation""".replace("latex ", "").split()
SIZES = """1GB 2GB 5GB 10GB 500MB 100MB 50MB 10MB 5MB 1MB 200MB 250MB 20MB 2MB 3MB 100KB 500KB 10KB 50kb 1kb 4k 1M 10M 100M 1G
2G 500M 100k 1.5GB 2.5GB 0.5GB 1.2MB 700mb 300mb 1gb 4gb 20gb 15mb 64mb 128kb 2048 1000000""".split() + [
    "1 GB", "2 GB", "10 GB", "500 MB", "100 MB", "50 MB", "10 MB", "5 MB", "1 MB", "100 KB", "20 kb", "3 gb", "1.5 GB", "a gig",
    "one gig", "two gigs", "a gigabyte", "half a gig", "a gig and a half", "5 gigs", "10 gigs", "a meg", "ten megs", "100 megs",
    "50 megs", "500 megabytes", "100 megabytes", "a hundred megabytes", "five hundred megs", "2 gigabytes", "one megabyte",
    "10 megabytes", "a terabyte", "1 TB", "100 bytes", "1000 bytes", "200 bytes", "5 kilobytes", "a kilobyte", "fifty megabytes",
    "two hundred megs", "20 megs", "25 MB", "750 MB", "3 megabytes", "1 gigabyte", "half a megabyte", "4 megs", "30 mb",
]  # fmt: skip
UNITS = "second minute hour day week month year".split()
NUMBER_WORDS = "two three four five six seven eight nine ten twelve fifteen twenty thirty".split()
COUNTS = (
    NUMBER_WORDS
    + "2 3 4 5 6 7 8 9 10 12 15 20 25 30 40 50 100 200 1000".split()
    + ["a couple", "a few", "a dozen", "couple of"]
)
ORDINALS = "second third fourth fifth sixth seventh 2nd 3rd 4th 5th 6th 10th 2 3 4 5 6 7 12".split()
PERIODS = """today yesterday""".split() + [
    "this week", "last week", "this month", "last month", "this year", "last year", "this morning", "last night", "this afternoon",
    "last monday", "on monday", "on friday", "on tuesday", "last friday", "last weekend", "in january", "in march", "in june", "in 2023",
    "in 2022", "in march 2024", "in december", "on march 3", "on 2024-05-01", "2023", "2024", "in may 2023", "last tuesday", "on saturday",
    "in august", "last thursday", "on 2025-11-03", "on june 12", "in 2019", "in november", "on sunday", "last summer", "in summer 2024", "this weekend",
    "yesterday morning", "yesterday evening", "yesterday afternoon", "the day before yesterday", "last winter", "in spring", "in q2 2025", "this evening",
    "between march and may", "after 2020", "before 2019", "earlier today", "last autumn", "in the last quarter",
]  # fmt: skip
SINCES = """yesterday monday friday january march 2023 2024 2020 christmas""".replace("christmas", "").split() + [
    "last week", "last month", "last year", "last monday", "last friday", "this morning", "the beginning of 2024", "2024-01-01", "2023-06-15",
    "january 2024", "march 5", "june 2023", "last weekend", "two days ago", "a week ago", "three weeks ago", "an hour ago", "2 hours ago",
    "this week", "tuesday", "last tuesday", "december", "10 days ago", "2 months ago",
]  # fmt: skip
SINCES.remove("the beginning of 2024")
PROCESSES = """firefox chrome chromium code python python3 node nginx postgres mysqld redis-server docker java slack spotify zoom teams
vlc gimp blender steam discord thunderbird libreoffice vim emacs tmux bash sshd cron apache2 httpd uvicorn gunicorn flask django celery
webpack vite jupyter ollama gnome-shell Xorg pulseaudio cups dropbox syncthing rsync wget curl make gcc cargo npm yarn sleep top htop
tail dbus-daemon systemd containerd kubelet etcd grafana prometheus mongod memcached rabbitmq php-fpm ruby rails puma worker myapp
backup.sh server.py train.py app.js main.py telegram signal-desktop obs skype evince nautilus transmission qbittorrent safari Finder
sleepy-daemon job-runner notes-sync crawler indexer scheduler""".split()
COMMANDS = """make|make test|make build|make clean|make install|npm install|npm test|npm run build|git status|git log|git diff|git log --oneline|
git pull|cargo build|cargo test|pytest|pytest -q|pytest tests/unit|python3 main.py|python script.py|python3 -m http.server|./build.sh|./run.sh|
sh setup.sh|bash deploy.sh --dry|echo hello|echo done|date|ls -la|ls|wc -l notes.txt|wc data.csv|cat a.txt b.txt|sort names.txt|uniq -c list.txt|
sort data.csv|head -5 x.csv|gcc main.c -o main|go build|go test ./...|docker ps|docker images|true|false|seq 10|uptime|whoami|id -u|cal|
ffmpeg -i in.mp4 out.mp3|convert a.png b.jpg|tar tf x.tar|diff a b|find . -type f|grep -c foo bar.txt|awk '{print $1}' f.txt|sed -n 1p f.txt|
rsync -a src/ dst/|mvn package|gradle build|terraform plan|kubectl get pods|node index.js|ruby test.rb|perl -v|java -version|node --version|
python3 --version|gcc --version|sleep 5|sha256sum x.iso|md5sum *.txt|file photo.jpg|tree|env FOO=1 make|ruff check .|mypy nlsh|black .|tox""".replace(
    "\n", ""
).split("|")
PROGRAMS = """vim vi nano less more top htop man cat ls grep sort uniq wc head tail python3 python node npm yarn pip cargo go make cmake gcc g++ clang
git docker kubectl terraform ansible ffmpeg convert tar zip unzip curl wget rsync scp ssh ping dig psql mysql sqlite3 redis-cli jq awk sed
find xargs tee diff patch chmod touch stat file du df ps kill time watch timeout env sh bash zsh perl ruby php java javac mvn gradle
pytest tox ruff mypy black eslint prettier tsc webpack vite latexmk pandoc dot gnuplot octave R julia""".split()
USERS = """root anna bob alice www-data postgres john maria nobody daemon carol dave git jenkins mike sara tom lisa peter paul emma olga ivan chen
ahmed fatima kenji priya lars ingrid pedro lucia deploy backup admin guest ubuntu pi mysql redis""".split()
DAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
PORTS = "80 443 22 3000 8080 8000 5432 3306 6379 5000 9090 27017 8443 4200".split()
VARIABLES = """PATH HOME USER SHELL EDITOR LANG LC_ALL TERM DISPLAY PWD JAVA_HOME PYTHONPATH VIRTUAL_ENV LD_LIBRARY_PATH XDG_CONFIG_HOME
TZ HOSTNAME MAIL PAGER GOPATH NODE_ENV DEBUG path home shell editor lang""".split()
TEXTS = """TODO FIXME error timeout password invoice budget hello import def main localhost exception warning deprecated refund deadline
secret token alice bob anna berlin paris london total failed success null undefined config database connect socket retry license copyright
version author vacation meeting tomorrow apple banana coffee project alpha kernel panic segfault login logout session cookie cache""".split() + [
    "connection refused", "permission denied", "not found", "out of memory", "hello world", "def main", "import os", "happy birthday",
    "access denied", "stack trace", "null pointer", "TODO: fix", "file not found", "return None", "SELECT * FROM", "dear sir", "John Smith",
    "Acme Corp", "foo bar", "max_retries", "get_user", "handleClick", "user_id", "192.168.0.1", "v2.0.1", "room 101", "order 4711",
]  # fmt: skip
SAYS = TEXTS + [
    "buy milk", "call mom", "call anna tomorrow", "meeting at 10", "the quick brown fox", "done", "finished", "eggs and bread", "remember the keys",
    "pay the rent", "hello there", "this is a test", "first line", "my new note", "water the plants", "see you soon", "all good", "it works",
    "version 2", "status: ok", "x = 1", "DEBUG=true", "port: 8080", "* item one", "- second point", "1,2,3", "name,age", "see page 42", "thanks for everything",
    "pick up the kids", "learn rust", "ship it", "do not forget", "ideas for the trip", "42", "project kickoff on friday", "send invoice to bob",
]  # fmt: skip
Z_FOLDERS = "U盘 移动硬盘 下载 桌面 文档 图片 音乐 视频 项目 备份 照片 工作 报告 资料 学习 旅行 发票 旧文件 临时 合同 作业 电影 笔记 归档 公司 私人 日志 数据 代码".split()
Z_TYPES = "图片 照片 视频 音乐 文档 压缩包 日志 表格 电子书 代码 音频 脚本 电影 歌曲 幻灯片 字体 备份".split()
Z_NAMES = "简历 报告 合同 发票 预算 作业 论文 笔记 计划 总结 会议记录 日记 账单 说明 数据 清单 通讯录 毕业设计 年终总结 草稿 旅行照片 工资单".split()
Z_SIZES = "一兆 十兆 五十兆 一百兆 两百兆 五百兆 1GB 2GB 100MB 500MB 10MB 1G 5G 100M 500M 10兆 100兆 一个G 半个G 2兆 50MB 1MB 300KB 20兆".replace(
    "一个G 半个G ", ""
).split()
Z_DURS = "一天 两天 三天 七天 十天 一周 两周 三周 一个月 两个月 三个月 六个月 半年 一年 两年 三年 一小时 两个小时 24小时 30天 7天 3天 12个小时 半小时 十分钟".split()
Z_PERIODS = "今天 昨天 前天 上周 本周 这周 上个月 这个月 今年 去年 上周五 周一 上周一 三月 2023年 2024年3月 昨晚 上周末 上周三 五月 2022年 去年夏天 昨天下午 昨天上午 今年三月 去年十月 上个星期五 三月到五月 今天早上 前年 大前天".split()
Z_COUNTS = "两 三 四 五 六 七 八 九 十 十五 二十 3 5 10 20 2 100 一百".split()
Z_ORDINALS = "第二 第三 第四 第五 第2 第3 第4 第六".split()
Z_TEXTS = "密码 错误 预算 会议 你好 合同金额 张三 李四 北京 上海 截止日期 待办 总计 发票号 登录失败 超时 版权 春节 明天 电话".split()
Z_SAYS = (
    Z_TEXTS
    + "买牛奶 明天开会 给妈妈打电话 今天下雨 测试一下 已完成 记得带钥匙 第一行 学习计划 周五交报告 你好世界 项目启动 谢谢大家".split()
)


@cache
def wide_words() -> list[str]:
    """The words of the written phrasings themselves: names may look like any of them."""
    texts = (path.read_text("utf-8") for path in sorted((Path(__file__).parent / "corpus").glob("en_*.txt")))
    return sorted({word for text in texts for word in re.findall(r"(?<![{<@\w])[a-z]{3,12}(?![\w}>])", text)})


def word(r: random.Random) -> str:
    """One word of a name: mostly a usual one, else any word, now and then no word at all."""
    roll = r.random()
    return r.choice(WORDS) if roll < 0.6 else r.choice(wide_words()) if roll < 0.9 else _letters(r)


def _compound(r: random.Random) -> str:
    shape = r.random()
    words = [word(r) for _ in range(r.choice((1, 1, 1, 2, 2, 3)))]
    if r.random() < 0.15:
        words = [w.capitalize() for w in words]
    if r.random() < 0.05:
        words = ["".join(w.capitalize() for w in words)]
    if r.random() < 0.25:
        words.append(
            r.choice(
                (
                    str(r.randint(1, 99)),
                    str(r.randint(1990, 2026)),
                    f"v{r.randint(1, 9)}",
                    f"{r.randint(0, 999):03d}",
                    r.choice("abcxyz"),
                )
            )
        )
    separator = (
        "_"
        if shape < 0.3
        else "-"
        if shape < 0.6
        else ""
        if shape < 0.7
        else "."
        if shape < 0.74
        else " "
        if shape < 0.78  # people rarely leave a name with spaces without quotes
        else "_"
    )
    name = separator.join(words)
    if r.random() < 0.06:
        name = (
            f"{r.choice(('IMG', 'DSC', 'Screenshot', 'scan', 'VID'))}{r.choice('_- ')}{r.randint(1, 99999)}"
        )
    if r.random() < 0.05:
        name = f"{r.randint(2015, 2026)}-{r.randint(1, 12):02d}-{r.randint(1, 28):02d}{separator or '-'}{word(r)}"
    if r.random() < 0.04:
        name = "".join(r.choice("abcdefghijklmnopqrstuvwxyz0123456789") for _ in range(r.randint(3, 12)))
    return name


def _path(r: random.Random) -> str:
    """A folder's path, composed: a model that sees only known paths ends every path where it knows one to end."""
    if r.random() < 0.4:
        return r.choice(PATHS)
    base = r.choice(
        (
            "/var",
            "/etc",
            "/usr/share",
            "/usr",
            "/opt",
            "/srv",
            "/mnt",
            "/home/" + word(r),
            "~",
            "~",
            "~",
            ".",
            "..",
            "/",
            "",
        )
    )
    parts = [
        r.choice((word(r), r.choice(FOLDERS), "." + word(r), _letters(r))) for _ in range(r.randint(1, 3))
    ]
    return "/".join([base.rstrip("/"), *parts]) if base else "/".join([*parts, r.choice(FOLDERS)])


def _letters(r: random.Random) -> str:
    return (
        "".join(r.choice("abcdefghijklmnopqrstuvwxyz0123456789_") for _ in range(r.randint(2, 9))).strip("_")
        or "x"
    )


USUAL_FILES = """notes.txt report.pdf data.csv todo.txt main.py config.yaml server.log photo.jpg hello.txt letter.docx script.sh app.py index.html
output.txt results.json draft.txt final.txt list.txt budget.xlsx slides.pptx song.mp3 movie.mp4 backup.sql test.py readme.txt error.log settings.json
essay.txt contacts.txt names.txt numbers.txt sales.csv users.csv log.txt todo.md diary.txt recipe.txt invoice.pdf cv.pdf thesis.tex""".split()


ORDINARY_SHARE = 0.35  # of the names of files
ORDINARY_STEMS = """report notes budget thesis invoice letter resume cv essay homework hw slides presentation todo readme main index app
server client config settings data sales orders customers log error backup photo image img holiday trip recipe shopping diary script
test setup install chapter draft final contract tax passport plan summary minutes agenda schedule poster logo song podcast lecture
movie video screenshot scan receipt statement utils model database users output input results book story project paper
travel birthday wedding family work memo proposal quote offer bill ticket map menu style build deploy
hello example sample temp tmp junk exam lab assignment syllabus lesson quiz review feedback""".split()
ORDINARY_SUFFIXES = """txt txt txt pdf pdf pdf docx docx xlsx csv csv md md py py js json html css jpg jpg png mp3 mp4 zip log sh c cpp java
yaml toml sql pptx doc xls gif svg tar.gz bak conf ini xml ts go rs rb""".split()


def ordinary_name(r: random.Random) -> str:
    """A name as people give one every day, without a suffix: report2, budget_final, holiday-2024."""
    stem = r.choice(ORDINARY_STEMS)
    if r.random() < 0.2:
        stem += r.choice(("_", "-", "")) + r.choice(ORDINARY_STEMS)
    end = r.choice(
        ("", "", "", "", str(r.randint(1, 30)), f"_v{r.randint(1, 5)}", "_final", "_old", "-new", f"_{r.randint(2015, 2026)}", f"-{r.randint(1, 12)}", "_backup")
    )  # fmt: skip
    name = stem + end
    return name.capitalize() if r.random() < 0.12 else name


def ordinary_file(r: random.Random) -> str:
    """The same with a suffix; now and then with a second one, as copies have."""
    second = r.choice((".bak", ".old", ".orig", ".example", ".backup")) if r.random() < 0.03 else ""
    if r.random() < 0.02:
        return (
            "."
            + r.choice(("env", "bashrc", "profile", "vimrc", "gitignore", "env.example", "npmrc", "zshrc"))
            + second
        )
    return f"{ordinary_name(r)}.{r.choice(ORDINARY_SUFFIXES)}{second}"


def file(r: random.Random) -> str:
    """A file name with its suffix; now and then in a folder, hidden, or Chinese."""
    if r.random() < ORDINARY_SHARE:
        return ordinary_file(r)
    p = r.random()
    if p < 0.05:
        return f"{r.choice(Z_NAMES)}.{r.choice(SUFFIXES[:30])}"
    if p < 0.18:
        return r.choice(
            (
                *USUAL_FILES,
                "Makefile",
                "README",
                "LICENSE",
                "Dockerfile",
                ".bashrc",
                ".gitignore",
                ".env",
                "requirements.txt",
                "package.json",
                "README.md",
                "notes",
                "TODO",
                "a.txt",
                "b.txt",
                "x.py",
                "1.txt",
                "file.txt",
                "main.c",
                "foo",
                "a",
            )
        )
    name = f"{_letters(r) if r.random() < 0.08 else _compound(r)}.{r.choice(SUFFIXES)}"
    return f"{r.choice((r.choice(FOLDERS), _path(r)))}/{name}" if p > 0.9 else name


def path(r: random.Random) -> str:
    """A path with a folder in it; one in four has no suffix."""
    name = _letters(r) if r.random() < 0.3 else _compound(r).replace(" ", "_")
    suffix = "" if r.random() < 0.25 else f".{r.choice(SUFFIXES)}"
    return f"{r.choice((r.choice(FOLDERS), _path(r)))}/{name}{suffix}"


def folder(r: random.Random) -> str:
    """A folder as people name one."""
    p = r.random()
    if p < 0.15:
        return ordinary_name(r)
    if p < 0.55:
        return r.choice(FOLDERS)
    if p < 0.68:
        return _path(r)
    if p < 0.68:
        return r.choice(Z_FOLDERS)
    return _compound(r)


def archive(r: random.Random) -> str:
    """The name of an archive."""
    return f"{_compound(r)}.{r.choice(('zip', 'zip', 'zip', 'tar.gz', 'tar.gz', 'tgz', 'tar', 'tar.xz', 'tar.bz2'))}"


def duration(r: random.Random) -> str:
    """A length of time."""
    unit = r.choice(("day", "day", "week", "week", "month", "month", "year", "hour", "hour", "minute"))
    p = r.random()
    if p < 0.2:
        return ("an " if unit == "hour" else "a ") + unit
    if p < 0.25:
        return r.choice(
            (
                "half a year",
                "half an hour",
                "a couple of days",
                "a couple of weeks",
                "a few days",
                "a few months",
                "24 hours",
                "a year and a half",
                "a couple of months",
                "six months",
            )
        )
    if p < 0.45:
        return f"{r.choice(NUMBER_WORDS)} {unit}s"
    if p < 0.5:
        return unit
    return f"{r.choice((2, 3, 4, 5, 6, 7, 10, 12, 14, 15, 24, 30, 48, 60, 90, 100, 180, 365))} {unit}s"


def _typo_free(values: list[str]) -> Callable[[random.Random], str]:
    return lambda r: r.choice(values)


def _process(r: random.Random) -> str:
    return r.choice(PROCESSES) if r.random() < 0.85 else _compound(r).replace(" ", "-").lower()


def _text(r: random.Random) -> str:
    p = r.random()
    if p < 0.6:
        return r.choice(TEXTS)
    if p < 0.8:
        return " ".join(word(r) for _ in range(r.randint(1, 3)))
    return _compound(r)


def _say(r: random.Random) -> str:
    return r.choice(SAYS) if r.random() < 0.6 else " ".join(word(r) for _ in range(r.randint(1, 6)))


def _size(r: random.Random) -> str:
    if r.random() < 0.7:
        return r.choice(SIZES)
    return f"{r.randint(1, 999)}{r.choice(('', ' '))}{r.choice(('MB', 'GB', 'KB', 'mb', 'gb', 'kb', 'M', 'G', 'k', 'megs', 'gigs', 'MiB', 'megabytes'))}"


def _name(r: random.Random) -> str:
    return (
        r.choice((*WORDS, "tax return", "birthday photos", "final report", "cover letter", "meeting notes"))
        if r.random() < 0.6
        else _compound(r)
    )


def _glob(r: random.Random) -> str:
    return r.choice(
        (
            f"*.{r.choice(SUFFIXES)}",
            f"*.{r.choice(SUFFIXES)}",
            f"{word(r)}*",
            f"*{word(r)}*",
            f"{word(r)}_*.{r.choice(SUFFIXES)}",
            f"{word(r)}?.{r.choice(SUFFIXES)}",
        )
    )


TOPICS = """archives|zip files|renaming files|deleting files|copying|moving files|finding files|searching in files|duplicates|file
permissions|disk space|memory|processes|stopping programs|ports|the network|downloads|services|schedules|cron jobs|tables|csv files|
sorting|filtering|charts|text files|replacing text|counting words|checksums|links|folders|the trash|undo|history|tasks|devices|usb
sticks|batteries|printers|bluetooth|wifi|users|packages|logs|jobs in the background|big files|old files|empty folders|encoding|
json|comparing files|splitting files|joining files|backups|syncing folders|temperatures|environment variables""".replace(
    "\n", " "
).split("|")
TOPICS = [" ".join(topic.split()) for topic in TOPICS]
Z_PROGRAMS = "微信|企业微信|钉钉|浏览器|火狐|迅雷|百度网盘|网易云音乐|腾讯会议|搜狗输入法|QQ|飞书|播放器|下载器|编辑器|备份程序|数据库|同步服务|优酷|爱奇艺".split(
    "|"
)
Z_TOPICS = "压缩|解压|重命名|删除文件|复制|移动文件|查找文件|搜索内容|重复文件|权限|磁盘空间|内存|进程|端口|网络|下载|服务|定时任务|表格|排序|文本|回收站|撤销|设备|用户|日志|备份".split(
    "|"
)


def _ordinals(r: random.Random) -> str:
    """Several positions: "3 and 5", "1, 2 and 4", "2-5", "the second and the last"."""
    numbers = sorted(r.sample(range(1, r.choice((6, 12, 40))), r.choice((2, 2, 2, 3, 3, 4))))
    kind = r.random()
    if kind < 0.2:
        first = numbers[0]
        return f"{first}{r.choice(('-', ' to ', ' through ', '–'))}{first + r.randint(1, 9)}"
    if kind < 0.4:
        said = [r.choice("first second third fourth fifth sixth seventh eighth".split()) for _ in range(2)]
        said = list(dict.fromkeys(said))
        return (
            (" and the " if r.random() < 0.5 else " and ").join(said)
            if len(said) > 1
            else f"{said[0]} and last"
        )
    texts = [f"{n}{'th' if kind > 0.93 and 3 < n < 21 else ''}" for n in numbers]
    if kind < 0.5:
        return r.choice((",", ", ", " & ", " and ")).join(texts)
    return r.choice((", ", ",")).join(texts[:-1]) + r.choice((" and ", " and ", ", and ", " & ")) + texts[-1]


def _z_ordinals(r: random.Random) -> str:
    """Several positions in Chinese."""
    numbers = sorted(r.sample(range(1, 10), r.choice((2, 2, 3))))
    han = r.random() < 0.6
    texts = ["零一二三四五六七八九"[n] if han else str(n) for n in numbers]
    if r.random() < 0.25:
        return f"第{texts[0]}{r.choice(('到', '至'))}第{texts[-1]}"
    if r.random() < 0.6:
        return r.choice(("和", "、", "跟", "，")).join(f"第{text}" for text in texts)
    return "第" + r.choice(("、", "和")).join(texts)


POOLS: dict[str, Callable[[random.Random], str]] = {
    "dir": folder, "file": file, "path": path, "newfile": file, "name": _name,
    "newdir": lambda r: _compound(r) if r.random() < 0.7 else r.choice(FOLDERS),
    "arc": archive, "type": _typo_free(TYPES), "type1": _typo_free(TYPES1), "ext": lambda r: "." + r.choice(SUFFIXES),
    "size": _size, "dur": duration, "period": _typo_free(PERIODS), "since": _typo_free(SINCES),
    "year": lambda r: str(r.randint(2005, 2026)), "n": lambda r: r.choice(COUNTS) if r.random() < 0.85 else str(r.randint(2, 999)),
    "digits": lambda r: str(r.choice((r.randint(1, 50), r.randint(1, 500)))),
    "zproc": lambda r: r.choice(Z_PROGRAMS), "topic": lambda r: r.choice(TOPICS), "ztopic": lambda r: r.choice(Z_TOPICS),
    "ord": _typo_free(ORDINALS), "ords": _ordinals, "zords": _z_ordinals, "glob": _glob, "frag": lambda r: word(r) if r.random() < 0.8 else r.choice(("2023", "IMG", "v2", "copy", "(1)", "final_", "old", "2024-05", "x")),
    "text": _text, "word": lambda r: r.choice(TEXTS[:40] + WORDS), "say": _say, "proc": _process,
    "pid": lambda r: str(r.choice((r.randint(2, 999), r.randint(1000, 9999), r.randint(10000, 99999), r.randint(100000, 4194304)))),
    "port": lambda r: r.choice(("80", "443", "22", "3000", "8080", "8000", "5432", "3306", "6379", "5000", "9090", "27017", "8443", "4200")) if r.random() < 0.6 else str(r.randint(1, 65535)),
    "cmd": _typo_free(COMMANDS), "var": _typo_free(VARIABLES), "mode": _typo_free("644 755 600 700 400 444 640 750 777 664 0644 0755 500 660".split()),
    "user": _typo_free("root anna bob alice www-data postgres john maria nobody daemon carol dave git jenkins".split()),
    "desk": _typo_free(["desktop", "Desktop"]), "zdir": lambda r: r.choice(Z_FOLDERS) if r.random() < 0.75 else r.choice(FOLDERS),
    "znewdir": lambda r: r.choice(Z_FOLDERS + Z_NAMES) if r.random() < 0.8 else _compound(r).replace(" ", "_"),
    "ztype": _typo_free(Z_TYPES), "zname": _typo_free(Z_NAMES), "zsize": _typo_free(Z_SIZES), "zdur": _typo_free(Z_DURS), "zperiod": _typo_free(Z_PERIODS),
    "zn": _typo_free(Z_COUNTS), "zord": _typo_free(Z_ORDINALS), "ztext": lambda r: r.choice(Z_TEXTS) if r.random() < 0.8 else r.choice(TEXTS), "zsay": _typo_free(Z_SAYS),
}  # fmt: skip

HOSTS = """example.org example.com example.net localhost 127.0.0.1 192.0.2.7 10.0.0.1 192.168.1.1 google.com github.com www.wikipedia.org
mail.example.com db01 fileserver nas.local router.lan 8.8.8.8 1.1.1.1 api.acme.io archive.org bbc.co.uk heise.de baidu.com
printer.local build-server staging.example.org 2001:db8::1 my-laptop raspberrypi.local openai.com debian.org gateway kernel.org""".split()
SERVICES = """nginx apache2 docker ssh sshd cups postgresql mysql mariadb redis cron bluetooth NetworkManager postfix dovecot samba smbd nfs-server
grafana-server prometheus jenkins gitlab-runner tomcat9 rabbitmq-server mongod elasticsearch fail2ban ufw avahi-daemon systemd-resolved
snapd gdm lightdm php8.2-fpm memcached haproxy caddy syncthing@anna myapp backup.service web-api containerd kubelet""".split()
DEVICES = "/dev/sdb1 /dev/sdc1 /dev/sdb sdb1 sdc sdd1 /dev/nvme1n1p2 sda3 /dev/sde1 /dev/mmcblk0p1 sdb2 /dev/sdd".split()
TIMES = (
    """every day at 7:30|every night|every monday|every 10 minutes|every hour|daily|weekly|every day at 6pm|every weekday|every friday at 17:00|
hourly|every 5 minutes|monthly|at midnight|every sunday|every morning|on weekdays|every 2 hours|every day at noon|every tuesday at 9am|0 3 * * *|
*/15 * * * *|at boot|every minute|every day at 23:45|every saturday at 8:00|every half hour|every month|every evening|every day at midnight|30 6 * * 1|
every wednesday|every 30 minutes|nightly|every day at 4 am|every week|every thursday at 14:30""".replace(
        "every half hour|", ""
    )
    .replace("\n", "")
    .split("|")
)
Z_TIMES = "每天早上8点|每天|每小时|每周一|每10分钟|每天晚上10点|每周|每天7:30|每月|每周五下午5点|每天凌晨3点|每5分钟|工作日9点|每天早上|每周日".split(
    "|"
)
COLUMNS = """name price amount age city country email id customer total quantity date status score department salary category region product weight
temperature user_id order_id first_name last_name team points rating year month revenue cost color size stock supplier title duration""".split()
LABELS = "bigfiles candidates todelete A list1 photos2023 suspects mylist oldstuff results keepers temp1 B work servers baseline before after x".split()
CITIES = """tokyo london new york paris berlin sydney moscow beijing shanghai singapore toronto chicago los angeles madrid rome cairo dubai
istanbul seoul mumbai delhi lisbon dublin amsterdam vienna zurich honolulu Tokyo London Berlin utc Europe/Berlin America/New_York japan india china""".split()
CITIES = [c for c in CITIES if c not in ("new", "york", "los", "angeles")] + [
    "new york",
    "los angeles",
    "hong kong",
    "san francisco",
    "New York",
    "sao paulo",
    "mexico city",
    "buenos aires",
]
FACTS = """the backup disk is sdb1|invoices are due on friday|the server room code changed|anna handles the taxes|the printer is in room 12|i never delete raw photos|
the project ends in june|my sister's birthday is may 3|the release is planned for monday|logs are rotated on sundays|the nas is called tank|bob has the second key|
staging runs on port 8081|the wifi guest network is slow|the old laptop has the tax files|the database is backed up at night|we use tabs not spaces""".replace(
    "\n", ""
).split("|")
Z_FACTS = "备份盘是 sdb1|发票周五到期|服务器在二楼|打印机在三号房|项目六月结束|数据库每晚备份|小王负责财务|不要删原始照片".split(
    "|"
)
PACKAGES = """git vim python3 curl docker nginx nodejs ffmpeg numpy pandas requests gcc make openssl firefox libreoffice postgresql redis
tmux zsh htop jq rsync perl ruby golang rustc cmake sqlite3 imagemagick typescript eslint react flask django torch""".split()
SEPARATORS = "comma commas tab tabs semicolons semicolon spaces space colons pipes a comma | ; ,".replace(
    "a comma ", ""
).split()
PATTERNS = r"^\d+ ^ERROR \.py$ [0-9]{4} ^IMG_\d+ foo.*bar (GET|POST) \bTODO\b ^test_ [A-Z]+ error|warning \d{3}-\d{4} ^# v\d+\.\d+ .*\.bak$ ^[a-z]+$".split()
B64 = "aGVsbG8= SGVsbG8gV29ybGQ= Zm9vYmFy dGVzdA== bmxzaA== cGFzc3dvcmQ= c2VjcmV0 YWJj MTIz bG9yZW0gaXBzdW0= eyJhIjoxfQ==".split()
HEXES = "68656c6c6f 666f6f deadbeef 48656c6c6f 0a0b0c cafe 74657374 313233 6e6c7368 ff00ff".split()
BRIEF = (
    """10 seconds|5 seconds|a minute|30 seconds|two minutes|half a minute|one minute|15 seconds|3 seconds|20 seconds|5 minutes|an hour|ten seconds|
2 minutes|10 minutes|90 seconds|a few seconds|60 seconds|half an hour|3 minutes|thirty seconds|1 minute|10s|5s|30s""".replace(
        "a few seconds|", ""
    )
    .replace("\n", "")
    .split("|")
)
Z_BRIEF = "10秒 5秒 一分钟 30秒 两分钟 半分钟 5分钟 半小时 三秒 20秒 十分钟 一小时".split()
MONTHS = """january february march april may june july august september october november december|march 2025|june 2027|december 2026|next month|last month|
this month|2027|2025|january 2026|next year|this year|may 2024""".replace("\n", "")
MONTHS = MONTHS.split("|")[0].split() + [m for m in MONTHS.split("|")[1:] if not m.startswith("next")]


THINGS = """invoices receipts contracts screenshots tickets recipes letters statements reports essays drafts wallpapers memes scans certificates
manuals resumes quotes flashcards homeworks lectures payslips bills postcards templates diagrams sketches logos icons designs
mockups proposals agendas minutes timesheets orders warranties passports visas licenses policies prescriptions lyrics stories poems chapters
theses dissertations exercises worksheets surveys questionnaires results measurements samples snapshots dumps patches exports imports
contacts bookmarks passwords keys selfies portraits panoramas podcasts interviews trailers ringtones samples loops presets notes""".split()
MADE_OF = "tax bank travel meeting lecture birthday wedding holiday insurance exam school client project hotel flight train medical rent".split()


def _kind_of_file(words: str) -> bool:
    try:
        return bool(suffixes(words))
    except ValueError:
        return False


def _things(r: random.Random) -> str:
    """What somebody has several of, by its plural."""
    one = r.choice(THINGS) if r.random() < 0.7 else word(r).lower() + "s"
    if _kind_of_file(one):
        one = r.choice(THINGS)
    return f"{r.choice(MADE_OF)} {one}" if r.random() < 0.15 else one


def _url(r: random.Random) -> str:
    host = r.choice(HOSTS)
    scheme = r.choice(("https://", "https://", "http://", ""))
    port = (
        f":{r.choice((8000, 8080, 3000, 5000))}"
        if host in ("localhost", "127.0.0.1") and r.random() < 0.7
        else ""
    )
    page = r.choice(
        (
            "",
            "/",
            "/index.html",
            f"/{word(r)}.{r.choice(SUFFIXES)}",
            f"/{word(r)}/{word(r)}-{r.randint(1, 30)}.zip",
            f"/{word(r)}?id={r.randint(1, 99)}",
        )
    )
    return scheme + host + port + page


def _table(r: random.Random) -> str:
    ending = r.choice(("csv", "csv", "csv", "csv", "tsv", "json", "json", "jsonl", "yaml", "toml"))
    name = f"{_compound(r).replace(' ', '_')}.{ending}"
    return f"{r.choice((r.choice(FOLDERS), _path(r)))}/{name}" if r.random() < 0.12 else name


def _column(r: random.Random) -> str:
    return (
        r.choice(COLUMNS)
        if r.random() < 0.8
        else r.choice(
            (
                f"{word(r)}_{r.choice(COLUMNS)}",
                word(r),
                r.choice(COLUMNS).upper(),
                r.choice(COLUMNS).capitalize(),
            )
        )
    )


def _amount(r: random.Random) -> str:
    return r.choice(
        (
            str(r.randint(1, 20)),
            str(r.randint(20, 999)),
            str(r.randint(1000, 90000)),
            f"{r.uniform(0, 100):.1f}",
            f"{r.uniform(0, 100):.2f}",
            "10",
            "100",
            "1000",
            "50",
        )
    )


def _host(r: random.Random) -> str:
    if r.random() < 0.6:
        return r.choice(HOSTS)
    return r.choice(
        (
            f"{word(r)}.{r.choice(('com', 'org', 'net', 'io', 'de', 'co.uk', 'local', 'lan'))}",
            f"{word(r)}{r.randint(1, 20)}",
            ".".join(str(r.randint(1, 254)) for _ in range(4)),
        )
    )


POOLS |= {
    "host": _host, "url": _url, "svc": lambda r: r.choice(SERVICES) if r.random() < 0.85 else r.choice(PROCESSES), "dev": lambda r: r.choice(DEVICES), "cron": lambda r: r.choice(TIMES),
    "zcron": lambda r: r.choice(Z_TIMES), "csv": _table, "newcsv": _table, "col": _column, "num": _amount, "label": lambda r: r.choice(LABELS) if r.random() < 0.7 else word(r),
    "city": lambda r: r.choice(CITIES), "fact": lambda r: r.choice(FACTS), "zfact": lambda r: r.choice(Z_FACTS), "pkg": lambda r: r.choice(PACKAGES), "sep": lambda r: r.choice(SEPARATORS),
    "re": lambda r: r.choice(PATTERNS), "encoded": lambda r: r.choice(B64), "hexed": lambda r: r.choice(HEXES), "brief": lambda r: r.choice(BRIEF), "zbrief": lambda r: r.choice(Z_BRIEF),
    "things": _things, "month": lambda r: r.choice(MONTHS), "hash": lambda r: "".join(r.choice("0123456789abcdef") for _ in range(r.choice((32, 40, 64)))),
    "core": lambda r: str(r.randint(0, 15)), "nice": lambda r: str(r.randint(1, 19)), "job": lambda r: str(r.randint(1, 30)), "from": lambda r: str(r.randint(1, 400)), "upto": lambda r: str(r.randint(5, 900)),
    "zcol": lambda r: r.choice("姓名 价格 金额 城市 年龄 部门 数量 日期 客户 状态 分数 电话".split()), "zlabel": lambda r: r.choice("大文件 旧文件 候选 名单 结果一 要删的".split()),
    "zcity": lambda r: r.choice("东京 伦敦 纽约 巴黎 北京 柏林 悉尼 新加坡 莫斯科 洛杉矶 香港 首尔".split()), "group": lambda r: r.choice("staff wheel www-data docker audio video users admin developers sudo".split()),
}  # fmt: skip


def _rather(usual: Sequence[str], other: Callable[[random.Random], str], share: float = 0.35):
    """A usual value, or, for a share of the time, one that is put together."""
    return lambda r: other(r) if r.random() < share else r.choice(usual)


def _command(r: random.Random) -> str:
    """A command line that nobody listed."""
    program = r.choice(
        (
            r.choice(PROGRAMS), r.choice(PROGRAMS), r.choice(PROGRAMS), f"./{word(r)}.sh", f"./{word(r)}", f"python3 {file(r)}",
            f"bash {file(r)}", f"make {word(r)}", f"git {r.choice('add commit checkout fetch stash tag show blame branch'.split())}",
        )
    )  # fmt: skip
    arguments = []
    for _ in range(r.choice((0, 1, 1, 2, 2, 3))):
        arguments.append(
            r.choice(
                (
                    file(r), file(r), folder(r), f"-{r.choice('abcdefhlnqrstvx')}", f"--{word(r)}", f"--{word(r)}={word(r)}", word(r),
                    str(r.randint(1, 500)), f"-{r.choice('nkjx')} {r.randint(1, 20)}", _glob(r),
                )
            )
        )  # fmt: skip
    line = " ".join([program, *arguments])
    if r.random() < 0.05:
        line = r.choice(("sudo ", "sudo ", "env DEBUG=1 ", "time ", "nohup ")) + line
    if r.random() < 0.14:
        more = _command(r) if r.random() < 0.5 else r.choice(COMMANDS)
        line += r.choice((" && ", " && ", " | ", " | ", "; ", " || ")) + more
    elif r.random() < 0.05:
        line += r.choice((" > ", " >> ", " 2> ")) + file(r)
    return line


def _sentence(r: random.Random) -> str:
    """Something to be written down."""
    who, what, where = r.choice(USERS).capitalize(), word(r), word(r)
    return r.choice(
        (
            f"the {what} is in the {where}", f"{who} has the {what}", f"the {what} is due on {r.choice(DAYS)}", f"{what} comes before {where}",
            f"call {who} about the {what}", f"the {what} of the {where} changed", f"never touch the {what}", f"we need more {what}",
            f"{what} and {where} are the same", f"the {where} runs on port {r.randint(80, 9999)}", f"{who.lower()} likes {what}",
            f"my {what} is {r.randint(2, 900)}", f"the {what} starts at {r.randint(1, 12)}",
        )
    )  # fmt: skip


def _user(r: random.Random) -> str:
    return r.choice((word(r), f"{r.choice(USERS)}{r.randint(1, 99)}", f"{word(r)}-{word(r)}", f"_{word(r)}"))


def _package(r: random.Random) -> str:
    return r.choice(
        (
            word(r),
            f"lib{word(r)}-dev",
            f"{word(r)}-{word(r)}",
            f"python3-{word(r)}",
            f"{word(r)}{r.randint(2, 9)}",
            f"{word(r)}_{word(r)}",
        )
    )


def _service(r: random.Random) -> str:
    return r.choice(
        (f"{word(r)}d", word(r), f"{word(r)}-{word(r)}", f"{word(r)}.service", f"{word(r)}@{r.randint(1, 9)}")
    )


def _base64(r: random.Random) -> str:
    return base64.b64encode(" ".join(word(r) for _ in range(r.randint(1, 3))).encode()).decode()


Z_WORDS = """相册 账目 客厅 厨房 报表 课件 课程 实验 论文 小说 剧本 歌词 食谱 菜谱 健身 旅游 婚礼 生日 宝宝 孩子 父母 爷爷 家庭 朋友 同学 老师
学校 大学 毕业 招聘 面试 简介 证书 护照 签证 机票 酒店 租房 房子 装修 汽车 保险 医院 病历 体检 药品 银行 税务 工资 股票 基金 理财 收据 订单 客户
供应商 产品 设计 草图 图标 海报 横幅 素材 模板 样本 原稿 定稿 终稿 修订 翻译 英文 中文 日语 法律 合约 协议 条款 申请 审批 流程 制度 通知 公告
新闻 采访 录音 录像 直播 播客 截图 壁纸 头像 表情 游戏 存档 攻略 软件 安装 驱动 系统 配置 服务器 网站 前端 后端 接口 测试 部署 上线 缓存 数据库
备忘 随笔 杂项 其他 收藏 书签 阅读 读书 电子书 漫画 动画 纪录片 音效 伴奏 乐谱 钢琴 吉他 绘画 摄影 风景 人像 夜景 黄山 西湖 长城 故宫 上海
北京 广州 深圳 成都 杭州 南京 武汉 西安 台湾 日本 欧洲 春天 夏天 秋季 冬季 春节 中秋 国庆 周报 月报 季度 年度 上半年 下半年 会议 纪要 提案 预案""".split()
SURNAMES = "王 李 张 刘 陈 杨 黄 赵 周 吴 徐 孙 马 朱 胡 林 郭 何 高 罗".split()


def _chinese_name(r: random.Random) -> str:
    """The name of a folder or a thing as nobody listed it."""
    first, second = r.sample(Z_WORDS, 2)
    person = r.choice(SURNAMES) + r.choice(("总", "工", "老师", *Z_GIVEN))
    return r.choice(
        (
            first, first, first + second, first + second, f"{r.randint(2015, 2026)}{first}", f"{r.randint(2015, 2026)}年{first}",
            f"{first}{r.randint(1, 30)}", f"{person}的{first}", f"{first}_{second}", f"{first}-{r.randint(1, 12)}月", f"新{first}", f"老{first}",
        )
    )  # fmt: skip


Z_GIVEN = "明 芳 伟 娜 静 强 磊 洋 艳 勇 军 杰 娟 涛 超 霞 平 刚 玲 辉".split()
Z_DIGITS = "一 两 三 四 五 六 七 八 九 十 十二 十五 二十 三十 五十 一百 两百 三百 五百 八百 一千".split()


def _chinese_count(r: random.Random) -> str:
    return r.choice((r.choice(Z_DIGITS), str(r.randint(2, 60))))


def _chinese_size(r: random.Random) -> str:
    number = r.choice((r.choice(Z_DIGITS), str(r.randint(1, 900)), f"{r.randint(1, 9)}.{r.randint(1, 9)}"))
    return number + r.choice(("兆", "MB", "M", "KB", "GB", "G", "k", " MB", "千字节", "兆字节"))


def _chinese_duration(r: random.Random) -> str:
    return _chinese_count(r) + r.choice(("天", "个月", "周", "年", "小时", "个小时", "个星期", "分钟"))


def _chinese_sentence(r: random.Random) -> str:
    a, b = r.sample(Z_WORDS, 2)
    who = r.choice(SURNAMES) + r.choice(Z_GIVEN)
    return r.choice(
        (
            f"{who}的{a}在{b}", f"{a}已经完成", f"记得{a}", f"给{who}看{a}", f"{a}和{b}", f"{r.randint(1, 12)}月{r.randint(1, 28)}日{a}",
            f"{a}：{r.randint(2, 999)}", f"明天去{a}", f"不要忘了{a}{b}", f"{a}要交{b}", f"联系{who}", f"{b}的密码是{r.randint(1000, 99999)}",
        )
    )  # fmt: skip


def _chinese_file(r: random.Random) -> str:
    return f"{_chinese_name(r)}.{r.choice('txt docx pdf md csv xlsx jpg png mp4 zip log py json'.split())}"


POOLS |= {
    "zdir": _rather(Z_FOLDERS, lambda r: _chinese_name(r) if r.random() < 0.75 else folder(r), 0.5),
    "znewdir": _rather(Z_FOLDERS, _chinese_name, 0.6), "zname": _rather(Z_NAMES, _chinese_name, 0.4), "zfile": _chinese_file,
    "ztext": _rather(Z_TEXTS, lambda r: r.choice((r.choice(Z_WORDS), _chinese_name(r), _text(r))), 0.5),
    "zsay": _rather(Z_SAYS, _chinese_sentence, 0.6), "zsize": _rather(Z_SIZES, _chinese_size, 0.5),
    "zdur": _rather(Z_DURS, _chinese_duration, 0.4), "zn": _rather(Z_COUNTS, _chinese_count, 0.5),
    "zfact": _rather(Z_FACTS, _chinese_sentence), "zlabel": _rather("大文件 旧文件 候选 名单 结果一 要删的".split(), _chinese_name, 0.5),
    "zcol": _rather("姓名 价格 金额 城市 年龄 部门 数量 日期 客户 状态 分数 电话".split(), lambda r: r.choice(Z_WORDS)),
}  # fmt: skip


POOLS |= {
    "cmd": _rather(COMMANDS, _command, 0.5), "user": _rather(USERS, _user), "pkg": _rather(PACKAGES, _package),
    "svc": _rather(SERVICES, _service), "label": _rather(LABELS, lambda r: _compound(r) if r.random() < 0.5 else word(r), 0.5),
    "fact": _rather(FACTS, _sentence, 0.6), "say": _rather(SAYS, lambda r: _sentence(r) if r.random() < 0.5 else " ".join(word(r) for _ in range(r.randint(1, 6))), 0.5),
    "var": _rather(VARIABLES, lambda r: "_".join(word(r).upper() for _ in range(r.randint(1, 3)))),
    "group": _rather("staff wheel www-data docker audio video users admin developers sudo".split(), _user),
    "encoded": _rather(B64, _base64, 0.5), "hexed": _rather(HEXES, lambda r: word(r).encode().hex(), 0.5),
    "usize": lambda r: f"{r.choice((1, 2, 5, 10, 50, 100, 500, r.randint(1, 999)))}{r.choice('kMG')}",
    "port": lambda r: r.choice(PORTS) if r.random() < 0.5 else str(r.randint(1, 65535)),
}  # fmt: skip


def fill(name: str, r: random.Random) -> str:
    """A value for the slot `name`; a trailing digit only tells slots apart ({dir2} is a dir)."""
    base = name if name in POOLS else name.rstrip("0123456789")
    return POOLS[base](r)
