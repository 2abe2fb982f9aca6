// Asks one client a question. The process that asks validates the question and the answer; if another process has the client,
// that one passes both on unchanged.
import { SocketError, type ChannelDefinition, type ErrorCode } from '@wirepact/core';
import { findChannel } from './find-channel.js';
import { checkSize, encodeOutput, type OutgoingHost } from '../delivery/outgoing-message.js';
import type { Session } from '../session/session.js';
import type { AskOptions } from '../socket.js';

/** What a client is asked, and the channel by which its answer is read. */
export interface EncodedQuestion {
  readonly path: string;
  /** The data. */
  readonly json: string | undefined;
  readonly channel: ChannelDefinition;
}

/** @throws SocketError `unsupported`, `invalid_output` or `message_too_large` when it cannot be asked */
export function encodeQuestion(host: OutgoingHost, path: string, data: unknown): EncodedQuestion {
  const channel = findAsked(host, path);
  const json = encodeOutput(channel.out, data, path, 'out');
  checkSize(host, json, path);
  return { path, json, channel };
}

/** The channel of a question. @throws SocketError `unsupported` when it is none */
export function findAsked(
  host: Pick<OutgoingHost, 'channels'>,
  path: string,
): ChannelDefinition & Required<Pick<ChannelDefinition, 'out'>> {
  const { out, ...channel } = findChannel(host, path) ?? {};
  if (out !== undefined && channel.answer !== undefined) return { out, ...channel };
  throw failure('unsupported', `no channel "${path}" with "answer" is in the contract`, path);
}

/** Asks a client of this process. Resolves with its answer as the channel reads it. */
export async function askClient(
  session: Session,
  { path, json, channel }: EncodedQuestion,
  options: AskOptions,
): Promise<unknown> {
  const { hub, isHere, speaksProtocol, questions } = session;
  if (!speaksProtocol) throw failure('unsupported', `a plain client cannot be asked "${path}"`, path);
  if (!isHere) throw failure('closed', `the client is gone; "${path}" was not asked`, path);
  return questions.ask(path, channel, options, (id) => hub.dialect.encode(path, json, { id }));
}

function failure(code: ErrorCode, text: string, path: string): SocketError {
  return new SocketError(code, `[${code}] ${text}`, { path });
}
