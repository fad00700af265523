"""Short sounds and films: told by their first bytes, and kept as they are. Nobody decodes them."""

FIRST: tuple[tuple[int, bytes, str], ...] = (  # where, what, media type
    (0, b"#!AMR", "audio/amr"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"\xff\xfb", "audio/mpeg"),
    (0, b"\xff\xf3", "audio/mpeg"),
    (0, b"\xff\xf1", "audio/aac"),
    (0, b"\xff\xf9", "audio/aac"),
    (0, b"OggS", "audio/ogg"),
    (8, b"WAVE", "audio/wav"),
    (0, b"\x1a\x45\xdf\xa3", "video/webm"),  # also sounds: browsers record both so
    (4, b"ftyp3g", "video/3gpp"),
    (4, b"ftypM4A", "audio/mp4"),
    (4, b"ftypqt", "video/quicktime"),
    (4, b"ftyp", "video/mp4"),
)

# What may be either, by what only its announcement can say.
EITHER = {"video/webm": "audio/webm", "video/mp4": "audio/mp4", "video/3gpp": "audio/3gpp"}
MEDIA_TYPES = tuple(dict.fromkeys((*(kind for _, _, kind in FIRST), *EITHER.values())))


def media_type_of(head: bytes, announced: str) -> str | None:
    """Return what a file is that begins with `head` (16 bytes), or None if it is no recording."""
    for where, what, kind in FIRST:
        if head[where:].startswith(what):
            return announced if EITHER.get(kind) == announced else kind
    return None
