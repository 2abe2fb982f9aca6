// Group 2: pings are answered with what they carried, pongs not at all.
import { exchange, violation, type Case } from '../case.js';
import { ping, pong, split } from '../frame.js';
import { pongOf } from '../subject.js';

const longest = Buffer.alloc(125, 0xfe);
const ten = Array.from({ length: 10 }, (_, index) => `payload-${index}`);

/** Group 2. */
export const pings: readonly Case[] = [
  exchange('2.1', 'ping without a payload', () => ({ steps: [ping()], answers: [pongOf()] })),
  exchange('2.2', 'ping with a text', () => ({
    steps: [ping('Hello, world!')],
    answers: [pongOf('Hello, world!')],
  })),
  exchange('2.3', 'ping with bytes that are no text', () => {
    const payload = Buffer.from([0x00, 0xff, 0xfe, 0xfd, 0xfc, 0xfb, 0x00, 0xff]);
    return { steps: [ping(payload)], answers: [pongOf(payload)] };
  }),
  exchange('2.4', 'ping with the longest payload, 125 bytes', () => ({
    steps: [ping(longest)],
    answers: [pongOf(longest)],
  })),
  violation('2.5', 'ping with 126 bytes', 1002, () => ({ steps: [ping(Buffer.alloc(126, 0xfe))] })),
  exchange('2.6', 'ping with 125 bytes, byte by byte', () => ({
    steps: split(ping(longest), 1),
    answers: [pongOf(longest)],
  })),
  exchange('2.7', 'pong that nobody asked for', () => ({ steps: [pong()] })),
  exchange('2.8', 'pong that nobody asked for, with a payload', () => ({ steps: [pong('unasked')] })),
  exchange('2.9', 'pong that nobody asked for, then a ping', () => ({
    steps: [pong('unasked'), ping('asked')],
    answers: [pongOf('asked')],
  })),
  exchange('2.10', 'ten pings', () => ({
    steps: [ten.map((payload) => ping(payload))],
    answers: ten.map(pongOf),
  })),
  exchange('2.11', 'ten pings, byte by byte', () => ({
    steps: split(Buffer.concat(ten.map((payload) => ping(payload))), 1),
    answers: ten.map(pongOf),
  })),
];
