// Which of the 16384 slots of a Redis Cluster a key belongs to: CRC16 (XMODEM) of its hash tag, as the cluster specification
// says.

const slots = 16_384;
const polynomial = 0x1021;

const table = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 8;
  for (let bit = 0; bit < 8; bit += 1) crc = crc & 0x8000 ? (crc << 1) ^ polynomial : crc << 1;
  return crc;
});

/** The slot of a key. */
export function slotOf(key: string): number {
  let crc = 0;
  for (const byte of Buffer.from(tagOf(key))) crc = ((crc << 8) & 0xffff) ^ (table[(crc >> 8) ^ byte] ?? 0);
  return crc % slots;
}

/** What stands in the first braces, unless that is nothing. */
function tagOf(key: string): string {
  const start = key.indexOf('{');
  const end = key.indexOf('}', start + 1);
  return start < 0 || end <= start + 1 ? key : key.slice(start + 1, end);
}
