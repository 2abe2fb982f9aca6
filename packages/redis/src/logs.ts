// The logs as Redis keeps them: what is asked of them, and what is heard from them.
import type {
  Append,
  BrokerListener,
  BrokerSettings,
  LatestValue,
  LogHead,
  LogPage,
  SharedEntry,
  TouchedLog,
} from '@wirepact/server';
import type { Batch } from './pending-append.js';
import type { Engine } from './engine.js';
import type { Keys } from './keys.js';
import { RecentKeys } from './recent-keys.js';
import type { Command } from './redis-script.js';
import { appendCommand, readHead, type LogBounds } from './scripts/append.js';
import { keepLatestCommand, latestCommand, readValues } from './scripts/latest.js';
import { readCommand, readPage, type RawPage } from './scripts/read.js';
import { renewCommand } from './scripts/renew.js';
import { restoreCommand } from './scripts/restore.js';
import { readTouched, touchCommand } from './scripts/touch.js';
import { notOurs, readEntry, type KeptEntry, type SharedText, type SharedTexts } from './shared-text.js';

/** What the logs need of the broker. */
export interface LogsHost {
  readonly keys: Keys;
  readonly texts: SharedTexts;
  readonly listener: BrokerListener;
  readonly settings: BrokerSettings;
  /** What every append and value of this process is called by: no other process has the same. */
  readonly tag: string;
  readonly engine: () => Engine;
}

type Range = Parameters<typeof readCommand>[1];

const spareMs = 60_000;

/** The logs as Redis keeps them. */
export class Logs {
  readonly #host: LogsHost;
  readonly #bounds: LogBounds;
  readonly #recent = new RecentKeys();
  /** How many values were set by this process. */
  #values = 0;

  constructor(host: LogsHost) {
    const { maxLogBytes: maxBytes, maxLogAgeMs: maxAgeMs } = host.settings;
    this.#host = host;
    // whoever was away for as long as the log goes back finds out that it does not go back that far
    this.#bounds = { maxBytes, maxAgeMs, keptForMs: 2 * maxAgeMs + spareMs };
  }

  async append(message: Append): Promise<LogHead> {
    checkEpoch(message.epoch);
    return this.#host.engine().queue.append(message);
  }

  /** What is sent for messages of one log that wait; `above` where some may stand above that position already. */
  commandOf(appends: Batch, knownAt: number, above: number | undefined): Command {
    const { keys, texts, tag } = this.#host;
    const { log, epoch } = appends[0].message;
    const logKeys = keys.log(log);
    const messages = appends.map(({ order, message: { body } }) => {
      // by this it is found again
      const key = tag + order.toString(36);
      return { key, body: texts.entryBody(logKeys.channel, key, body) };
    });
    const doubt = above === undefined ? undefined : { above, tag };
    return appendCommand(logKeys, { epoch, knownAt, doubt, messages }, this.#bounds);
  }

  emit(log: string, body: string): void {
    const { keys, texts, engine } = this.#host;
    const channel = keys.channel(log);
    engine().queue.flush(log);
    engine().say({ key: channel, words: ['SPUBLISH', channel, texts.emitted(channel, body)] });
  }

  async keepLatest(log: string, slot: string, body: string): Promise<void> {
    const { keys, texts, tag, engine } = this.#host;
    const logKeys = keys.log(log);
    const { channel } = logKeys;
    const call = {
      slot,
      value: texts.value(channel, slot, body),
      notice: texts.latest(channel, slot, body),
      process: tag,
      order: (this.#values += 1),
    };
    engine().queue.flush(log);
    await engine().asks.replace(
      `a value of the log "${log}" could not be stored`,
      `${channel}\n${slot}`,
      (ageMs) => {
        return keepLatestCommand(logKeys, { ...call, ageMs }, this.#bounds.maxBytes);
      },
    );
  }

  async latest(log: string): Promise<readonly LatestValue[]> {
    const { keys, texts, engine } = this.#host;
    const logKeys = keys.log(log);
    const command = latestCommand(logKeys, this.#bounds.maxBytes);
    const raw = await engine().asks.ask(
      `the values of the log "${log}" could not be read`,
      command,
      readValues,
    );
    return raw.flatMap(({ slot, time, value }) => {
      const body = texts.readValue(logKeys.channel, slot, value);
      if (body === undefined) this.#reportForeign(`a value of the log "${log}"`);
      return body === undefined ? [] : [{ body, time }];
    });
  }

  follow(log: string): Promise<void> {
    return this.#host.engine().subscriptions.follow(this.#host.keys.channel(log));
  }

  drop(log: string): void {
    const { head, entries, values, valueTimes } = this.#host.keys.log(log);
    this.#host.engine().say({ key: head, words: ['UNLINK', head, entries, values, valueTimes] });
  }

  unfollow(log: string): void {
    this.#host.engine().subscriptions.unfollow(this.#host.keys.channel(log));
  }

  async read(log: string, range: Range): Promise<LogPage> {
    checkEpoch(range.epoch);
    const { keys, engine } = this.#host;
    const logKeys = keys.log(log);
    const page = await engine().asks.ask(
      `the log "${log}" could not be read`,
      readCommand(logKeys, range, this.#bounds),
      (reply) => readPage(reply, range.limit !== undefined),
    );
    const { epoch, at } = page;
    return { epoch, at, ...this.#check(log, page) };
  }

  async restore(log: string, head: LogHead, entries: readonly SharedEntry[]): Promise<LogHead> {
    checkEpoch(head.epoch);
    const { keys, texts, engine } = this.#host;
    const logKeys = keys.log(log);
    const { channel } = logKeys;
    const known = this.#recent.of(channel);
    const kept = entries.map((entry): KeptEntry => {
      const key = known.get(entry.at) ?? '';
      return { entry: { ...entry, body: texts.entryBody(channel, key, entry.body) }, key };
    });
    const command = restoreCommand(logKeys, head, kept, this.#bounds);
    return engine().asks.ask(`what the log "${log}" has lost could not be given back`, command, readHead);
  }

  async renew(log: string, epoch: string, nextEpoch: string): Promise<LogHead> {
    checkEpoch(nextEpoch);
    const { keys, texts, engine } = this.#host;
    const logKeys = keys.log(log);
    const notice = texts.renewed(logKeys.channel, nextEpoch);
    const command = renewCommand(logKeys, { epoch, nextEpoch, notice }, this.#bounds);
    return engine().asks.ask(`the log "${log}" could not be given another epoch`, command, readHead);
  }

  async touch(log: string, epoch: string, memberIds: readonly string[]): Promise<TouchedLog> {
    checkEpoch(epoch);
    const { keys, engine } = this.#host;
    const command = touchCommand(keys.log(log), epoch, memberIds, this.#bounds);
    return engine().asks.insist(`the log "${log}" could not be checked`, command, readTouched);
  }

  /** Something was said on the channel of a log. */
  hear(log: string, channel: string, text: string): void {
    const { listener, texts } = this.#host;
    const said: SharedText | undefined = texts.read(channel, text);
    switch (said?.kind) {
      case 'appended':
        this.#recent.note(channel, said.entry.at, said.key);
        return listener.appended(log, said.epoch, said.entry);
      case 'emitted':
        return listener.emitted(log, said.body);
      case 'latest':
        return listener.emitted(log, said.body, said.slot, said.time);
      case 'renewed':
        return listener.renewed(log);
      default:
        this.#reportForeign(`a message about the log "${log}"`);
    }
  }

  /** What can be trusted of a page: where an entry cannot, everything up to it counts as not kept. */
  #check(log: string, page: RawPage): Pick<LogPage, 'floor' | 'entries'> {
    const { texts, keys, engine } = this.#host;
    const channel = keys.channel(log);
    // what is older nobody is in doubt about any more, and whole logs of it would take the place of what is new
    const newFrom = page.now - 2 * engine().options.publishTimeoutMs * 1_000;
    let { floor } = page;
    let entries: SharedEntry[] = [];
    for (const [id, fields] of page.entries) {
      const [at = ''] = id.split('-');
      const key = fields.get('k') ?? '';
      const body = texts.readEntryBody(channel, key, fields.get('b') ?? '');
      const head = { at, after: fields.get('a') ?? '', time: fields.get('t') ?? '', key };
      const kept = body === undefined ? undefined : readEntry(head, body);
      if (kept !== undefined) {
        entries.push(kept.entry);
        if (kept.entry.at >= newFrom) this.#recent.note(channel, kept.entry.at, key);
      } else {
        this.#reportForeign(`an entry of the log "${log}"`);
        floor = Math.max(floor, Number(at) || 0);
        entries = [];
      }
    }
    return { floor, entries };
  }

  #reportForeign(what: string): void {
    this.#host.listener.failed(notOurs(what));
  }
}

/** It stands in one line with other things. */
function checkEpoch(epoch: string): void {
  if (epoch.length > 0 && epoch.length <= 256 && !epoch.includes('\n')) return;
  throw new TypeError(`an epoch is ${JSON.stringify(epoch)}; it has 1 to 256 characters, all in one line`);
}
