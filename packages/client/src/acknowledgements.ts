// Tells the server how far the inbox was read, so that the server can drop it: not for every message, but soon.
import type { Clock } from '@wirepact/core';
import type { Connection } from './connection.js';

const everyMs = 100;
const everyMessages = 32;

export interface Acknowledgements {
  taken(at: number): void;
  stop(): void;
}

export function createAcknowledgements(clock: Clock, connection: Connection): Acknowledgements {
  let untold = 0;
  let newest = 0;
  let stopTimer: (() => void) | undefined;
  const stop = (): void => {
    stopTimer?.();
    stopTimer = undefined;
    untold = 0;
  };
  const flush = (): void => {
    stop();
    connection.tell('$ack', { inbox: newest });
  };
  return {
    stop,
    taken(at) {
      newest = at;
      if (++untold === everyMessages) flush();
      else stopTimer ??= clock.after(everyMs, flush);
    },
  };
}
