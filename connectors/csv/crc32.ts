const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let rest = byte;
  for (let bit = 0; bit < 8; bit += 1) {
    rest = (rest & 1) === 1 ? (rest >>> 1) ^ 0xedb88320 : rest >>> 1;
  }
  return rest;
});

/** The checksum that zips keep of each entry (APPNOTE 4.4.7). Node's own came with 20.15, and we start at 20.3. */
export class Crc32 {
  private rest = 0xffffffff;

  push(bytes: Buffer): void {
    let rest = this.rest;
    for (const byte of bytes) {
      rest = (TABLE[(rest ^ byte) & 0xff] ?? 0) ^ (rest >>> 8);
    }
    this.rest = rest;
  }

  get value(): number {
    return (this.rest ^ 0xffffffff) >>> 0;
  }
}
