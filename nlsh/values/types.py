"""Kinds of file as people name them ("pdfs", "photos", "python files", 图片) → suffixes."""

import re

_FAMILIES: dict[str, tuple[str, str]] = {
    # family: (words, suffixes)
    "image": ("image picture photo pic photograph img 图片 照片 图像 相片",
              "jpg jpeg png gif bmp webp tif tiff heic heif svg ico raw cr2 nef avif"),
    "video": ("video movie film clip 视频 电影 影片",
              "mp4 mkv avi mov webm wmv flv m4v mpg mpeg 3gp ts"),
    "audio": ("audio music song sound track 音乐 音频 歌曲 歌",
              "mp3 flac wav ogg m4a aac opus wma aiff mid"),
    "document": ("document doc 文档 文件资料",
                 "pdf doc docx odt rtf txt md tex pages epub ppt pptx odp xls xlsx ods csv"),
    "spreadsheet": ("spreadsheet sheet excel 表格 电子表格", "xls xlsx ods csv tsv"),
    "presentation": ("presentation slide slideshow powerpoint deck 幻灯片 演示文稿", "ppt pptx odp key"),
    "word": ("word 文字文档", "doc docx odt rtf"),
    "text": ("text plaintext 文本 纯文本", "txt text md rst log csv tsv"),
    "archive": ("archive compressed zipped 压缩包 压缩文件 压缩 归档",
                "zip tar gz tgz bz2 tbz2 xz txz zst 7z rar"),
    "code": ("code source 代码 源码 源代码",
             "py js ts jsx tsx c h cc cpp hpp cs java kt go rs rb php pl sh bash zsh lua swift scala sql html css r m vue"),
    "log": ("log logfile 日志", "log"),
    "book": ("book ebook 电子书", "epub mobi azw3 pdf"),
    "font": ("font 字体", "ttf otf woff woff2"),
    "config": ("config configuration settings 配置", "conf cfg ini toml yaml yml json env"),
    "backup": ("backup 备份", "bak backup orig"),
    "temporary": ("temporary temp tmp 临时", "tmp temp swp swo"),
    "python": ("python py", "py pyi ipynb"), "javascript": ("javascript node", "js mjs cjs jsx"),
    "typescript": ("typescript", "ts tsx"), "markdown": ("markdown", "md markdown mdx"),
    "shell": ("shell bash script 脚本", "sh bash zsh fish"), "rust": ("rust", "rs"),
    "golang": ("golang", "go"), "ruby": ("ruby", "rb"), "java": ("java", "java"),
    "cplusplus": ("c++ cpp", "cpp cc cxx hpp hh"), "header": ("header", "h hpp hh"),
    "web": ("html web webpage 网页", "html htm"), "jpeg": ("jpeg jpg", "jpg jpeg"), "tiff": ("tiff tif", "tif tiff"),
    "yaml": ("yaml yml", "yaml yml"), "notebook": ("notebook jupyter", "ipynb"),
    "iso": ("iso diskimage 镜像", "iso img dmg"), "tarball": ("tarball", "tar gz tgz xz bz2 zst"),
    "object": ("object", "o obj"), "bytecode": ("bytecode", "pyc pyo class"),
    "subtitle": ("subtitle 字幕", "srt ass vtt sub"), "torrent": ("torrent", "torrent"), "installer": ("installer", "deb rpm msi exe dmg pkg appimage"),
}  # fmt: skip
_WORDS = {word: suffixes.split() for words, suffixes in _FAMILIES.values() for word in words.split()}
_OTHER_SUFFIXES = """xml so a o obj lock env pem crt cer csr p12 db sqlite sqlite3 mdb bib sty cls dvi eps ps ai psd xcf blend stl
dwg dxf fbx gltf glb ttc pfb woff eot vtt sub idx nfo cue m3u pls mid kar aif amr ape wma opus ra rm vob m2ts mts f4v ogv asf divx
ics vcf eml msg mbox pst ost rpm apk jar war ear whl egg gem crate nupkg vsix xpi crx dat bin rom hex elf dll exe sys bat cmd ps1
psm1 vbs reg lnk url desktop service timer socket plist strings xib nib storyboard pbxproj gradle pom cmake mk m4 diff patch
rej po pot mo qm ts tpl j2 jinja ejs hbs pug haml less sass scss styl coffee dart elm erl ex exs hs lhs ml mli fs fsx clj cljs
scm rkt lisp vim nim zig v d pas f f90 cob asm s ll bc wasm wat proto thrift avro parquet orc feather arrow h5 hdf5 npy npz
mat rds rdata sav dta sas7bdat pkl pickle joblib pt pth onnx gguf safetensors ckpt tfrecord geojson kml kmz gpx shp osm las tsv
psv ndjson jsonl json5 hjson ron edn cbor msgpack xsd xsl xslt wsdl rss atom opml tex ltx rmd qmd adoc asciidoc rst org wiki tmp
swp bak orig save part crdownload download pid log trace dump pcap cap har vmdk vdi qcow2 vhd ova ovf img dmg
toast nrg cab msi pkg deb appimage snap flatpak torrent nzb pages numbers odg odf odp fodt xlsm xlsb docm pptm vsd vsdx
mpp pub heif raf orf rw2 dng arw cr3 jfif avif jxl ico cur icns""".split()
_SUFFIXES = {suffix for _, found in _FAMILIES.values() for suffix in found.split()} | set(_OTHER_SUFFIXES)
_FILLER = re.compile(r"^(all|any|the|my|所有|全部)\s*|\s*(files?|documents?|文件|的)$")


def suffixes(text: str) -> tuple[str, ...]:
    """The file suffixes, lower case with their dot, that `text` stands for.

    "pdfs" → (".pdf",); ".tar.gz" stays itself; several may be joined: "jpg and png".
    Raises ValueError when the words name no kind of file.
    """
    found: list[str] = []
    parts = re.split(r"\s*(?:,|/|\band\b|\bor\b|和|或|以及|、|\+(?!\+))\s*", text.strip().lower())
    for part in filter(None, parts):
        found.extend(_of_one(part))
    if not found:
        raise ValueError(f"'{text}' is not a kind of file that I know (try pdf, images or .log)")
    return tuple(dict.fromkeys("." + s for s in found))


def _of_one(part: str) -> list[str]:
    if part in _WORDS or part.rstrip("s") in _WORDS:
        return _WORDS.get(part) or _WORDS[part.rstrip("s")]
    said = part
    for _ in range(3):
        said = _FILLER.sub("", said).strip()
    said = said.strip("'\"*“”")
    if not said:
        raise ValueError(f"'{part}' is not a kind of file that I know (try pdf, images or .log)")
    if said.startswith("."):
        return [said[1:]]
    for form in (said, said.rstrip("s"), said.removesuffix("es"), said.removesuffix("'s")):
        if form in _WORDS:
            return _WORDS[form]
    words = said.split()
    if len(words) == 2:
        return _of_two(words[0], words[1])
    if len(words) > 2:
        raise ValueError(f"'{part}' is not a kind of file that I know (try pdf, images or .log)")
    for form in (said, said.removesuffix("s")):
        if form in _SUFFIXES:
            return [form]
    raise ValueError(f"'{part}' is not a kind of file that I know (try pdf, images or .log)")


def _of_two(first: str, second: str) -> list[str]:
    """ "python scripts", "png images", "java classes": the narrower of the two words decides."""
    for word, other in ((first, second), (second, first)):
        known = _WORDS.get(word) or _WORDS.get(word.rstrip("s"))
        if word in _SUFFIXES and (other in _WORDS or other.rstrip("s") in _WORDS):
            return known or [word]
    for word in (first, second):
        known = _WORDS.get(word) or _WORDS.get(word.rstrip("s"))
        if known:
            return known
    raise ValueError(f"'{first} {second}' is not a kind of file that I know (try pdf, images or .log)")
