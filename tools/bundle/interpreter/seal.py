"""Puts the last words into the linked program: what marks its end, and the checksums of its code and constants."""

import struct

from freeze import checksum  # type: ignore[import-not-found]  # it stands beside this file

_END = struct.pack("<Q", 0x646E452D6E696C73)  # as in whole.c
_NAME = b"lifeinit: sealed"
_HEADER = struct.Struct("<16sHHIQQQIHHHHHH")  # elf(5)
_SEGMENT = struct.Struct("<IIQQQQQQ")
_LOAD, _EXECUTABLE, _WRITABLE = 1, 1, 2


def sealed(program: bytes) -> bytes:
    """The program, without what stands behind its last segment: the table of sections, which only debuggers read."""
    data = bytearray(program)
    header = list(_HEADER.unpack_from(data))
    table, count = header[5], header[10]
    places = range(table, table + count * _SEGMENT.size, _SEGMENT.size)
    loaded = [(place, segment) for place in places if (segment := _SEGMENT.unpack_from(data, place))[0] == _LOAD]
    place, (kind, flags, offset, address, _, size, in_memory, alignment) = loaded[-1]
    end = address + size + -(address + size) % _alignment_of_bss(data, header)
    if not flags & _WRITABLE or not size + 8 <= end - address <= in_memory:
        raise SystemExit("seal.py: there is no place for the end of the file: is .bss aligned as whole.c has it?")
    del data[offset + size :]
    data += bytes(end - address - size - len(_END)) + _END
    _SEGMENT.pack_into(data, place, kind, flags, offset, address, address, end - address, in_memory, alignment)
    header[6] = header[12] = header[13] = 0
    _HEADER.pack_into(data, 0, *header)
    constant = [segment for _, segment in loaded[1:-1]]
    if len(constant) != 2 or data.count(_NAME) != 1:
        raise SystemExit("seal.py: the linker has made other segments than it did")
    begins = [address for _, _, _, address, *_ in constant]
    ends = [address + (size & ~31) for _, _, _, address, _, size, *_ in constant]
    sums = [checksum(bytes(data[offset : offset + (size & ~31)])) for _, _, offset, _, _, size, *_ in constant]
    struct.pack_into("<6Q", data, data.index(_NAME) + len(_NAME), *begins, *ends, *sums)
    return bytes(data)


def _alignment_of_bss(data: bytearray, header: list[int]) -> int:
    """The greatest alignment of all sections is that of .bss: a page's."""
    table, size, count = header[6], header[11], header[12]
    sections = [struct.unpack_from("<IIQQQQIIQQ", data, table + size * i) for i in range(count)]
    (alignment,) = {one[8] for one in sections if one[1] == 8 and one[8] >= 4096}  # SHT_NOBITS
    return int(alignment)
