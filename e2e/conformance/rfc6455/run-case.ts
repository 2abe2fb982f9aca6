// Plays one case against a server and judges what came of it.
import { setImmediate } from 'node:timers/promises';
import type { Case, Script, Step } from './case.js';
import { opcodes, ping } from './frame.js';
import { RawClient } from './raw-client.js';
import type { Answer, Subject } from './subject.js';

export interface Verdict {
  readonly id: string;
  readonly title: string;
  readonly grade: 'ok' | 'non-strict' | 'failed';
  /** Why it is not ok. */
  readonly why?: string;
}

export interface Server {
  readonly url: string;
  readonly subject: Subject;
  /** How long a case may take before it has failed. @default 10000 */
  readonly deadlineMs?: number;
}

/** Never rejects. */
export async function runCase({ url, subject, deadlineMs = 10_000 }: Server, one: Case): Promise<Verdict> {
  const { id, title } = one;
  const script = one.script(subject);
  let client: RawClient | undefined;
  let isLate = false;
  let isUnended = false;
  let deadline: NodeJS.Timeout | undefined;
  try {
    const connected = (client = await RawClient.open(url));
    deadline = setTimeout(() => {
      isUnended = true;
      connected.destroy();
    }, deadlineMs);
    for (const step of script.steps) {
      if (step === 'noticed') isLate = !(await isNoticed(connected, url));
      else await take(connected, step);
    }
    await connected.until(() => false);
    if (isUnended) return { id, title, grade: 'failed', why: `it was not over in ${deadlineMs} ms` };
    return { id, title, ...judge(connected, script, isLate) };
  } catch (error) {
    return { id, title, grade: 'failed', why: String(error) };
  } finally {
    clearTimeout(deadline);
    client?.destroy();
  }
}

async function take(client: RawClient, step: Exclude<Step, 'noticed'>): Promise<void> {
  if ('answers' in step) return client.until(() => client.answers.length >= step.answers);
  const pieces = Buffer.isBuffer(step) ? [step] : step;
  if (pieces.some(isCloseFrame)) client.willClose();
  client.write(pieces);
  await setImmediate();
}

function isCloseFrame(bytes: Buffer): boolean {
  return bytes[0] === (0x80 | opcodes.close) && bytes.length === 6 + (bytes[1]! & 0x7f);
}

/** By when another connection was answered three times, a server that looks at once has looked. */
async function isNoticed(client: RawClient, url: string): Promise<boolean> {
  const other = await RawClient.open(url);
  for (let turn = 1; turn <= 3; turn += 1) {
    other.write([ping()]);
    await other.until(() => other.answers.length === turn);
  }
  other.destroy();
  return client.isOver || client.closeFrame !== undefined;
}

function judge(client: RawClient, script: Script, isLate: boolean): Pick<Verdict, 'grade' | 'why'> {
  const { answers, closeFrame, fault } = client;
  if (fault !== undefined) return { grade: 'failed', why: fault };
  const isAnswered = matches(answers, script.answers);
  if (!isAnswered && !script.tolerated?.some((tolerated) => matches(answers, tolerated))) {
    const expected = script.answers.map(({ what }) => what).join(', ');
    const got = answers
      .map(({ opcode, payload }) => `${payload.length} bytes with opcode ${opcode}`)
      .join(', ');
    return { grade: 'failed', why: `expected [${expected}], got [${got}]` };
  }
  const code = closeFrame === undefined ? 1006 : closeFrame.length === 0 ? 1005 : closeFrame.readUInt16BE(0);
  if (!script.codes.includes(code)) {
    const why = `closed with ${code} instead of ${script.codes.join(' or ')}`;
    const isTolerated = script.toleratedCodes?.includes(code) ?? (code >= 1002 && code <= 1011);
    return { grade: isTolerated ? 'non-strict' : 'failed', why };
  }
  if (isLate) return { grade: 'non-strict', why: 'noticed only when the message was whole' };
  return isAnswered ? { grade: 'ok' } : { grade: 'non-strict', why: 'what came before was not answered' };
}

function matches(messages: RawClient['answers'], answers: readonly Answer[]): boolean {
  return (
    messages.length === answers.length &&
    answers.every(({ opcode, accepts }, index) => {
      const message = messages[index]!;
      return message.opcode === opcode && accepts(message.payload);
    })
  );
}
