// Plays one case of compression against a server: sends messages, deflated, and wants each back, deflated as was agreed.
import type { DeflateCase } from './deflate-cases.js';
import { DeflateCodec, readTerms, writeOffers } from './deflate.js';
import { close, encodeFrame, opcodes, split } from './frame.js';
import { RawClient } from './raw-client.js';
import type { Server, Verdict } from './run-case.js';

/** Never rejects. */
export async function runDeflateCase(server: Server, one: DeflateCase, messages: number): Promise<Verdict> {
  const { id, title } = one;
  try {
    const why = await play(server, one, messages);
    return why === undefined ? { id, title, grade: 'ok' } : { id, title, grade: 'failed', why };
  } catch (error) {
    return { id, title, grade: 'failed', why: String(error) };
  }
}

async function play(
  { url, subject, deadlineMs = 30_000 }: Server,
  { offers, text, bytes, fragmentBytes }: DeflateCase,
  messages: number,
): Promise<string | undefined> {
  const { client, extensions } = await RawClient.openWith(url, writeOffers(offers));
  const deadline = setTimeout(() => client.destroy(), deadlineMs);
  try {
    const terms = readTerms(extensions, offers);
    if (terms === undefined) return 'the server declined every offer';
    if (typeof terms === 'string') return terms;
    const codec = new DeflateCodec(terms);
    const around = subject.head.length + subject.tail.length;
    let hasDeflated = false;
    for (let turn = 1; turn <= messages; turn += 1) {
      // each is another one, and begins with its number
      const letters = Math.max(1, bytes - around);
      const payload = Buffer.concat([
        subject.head,
        Buffer.from(`${turn} ${text}`.slice(0, letters)),
        subject.tail,
      ]);
      const deflated = await codec.deflate(payload);
      const parts = fragmentBytes === undefined ? [deflated] : split(deflated, fragmentBytes);
      client.write(
        parts.map((part, index) =>
          encodeFrame({
            opcode: index === 0 ? opcodes.text : opcodes.continuation,
            payload: part,
            rsv: index === 0 ? 4 : 0,
            fin: index === parts.length - 1,
          }),
        ),
      );
      await client.until(() => client.answers.length > 0);
      const answer = client.answers.shift();
      if (answer === undefined) return client.fault ?? `message ${turn} was not answered`;
      hasDeflated ||= answer.isDeflated === true;
      const echoed = answer.isDeflated ? codec.inflate(answer.payload) : answer.payload;
      if (!echoed.equals(payload)) return `message ${turn} came back as another one`;
    }
    // what is small may come as it is
    if (bytes >= 4_096 && !hasDeflated) return 'nothing came back deflated';
    client.willClose();
    client.write([close(1000)]);
    await client.until(() => client.closeFrame !== undefined);
    return client.closeFrame?.readUInt16BE(0) === 1000 ? undefined : 'it did not close as it should';
  } finally {
    clearTimeout(deadline);
    client.destroy();
  }
}
