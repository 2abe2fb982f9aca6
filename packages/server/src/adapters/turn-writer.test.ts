import { Writable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { frameText } from './text-frame.js';
import { TurnWriter } from './turn-writer.js';

/** A socket that keeps what each system call would have taken. */
function fakeSocket() {
  const calls: Buffer[] = [];
  const socket = new Writable({
    write(chunk: Buffer, _encoding, done) {
      calls.push(chunk);
      done();
    },
    writev(chunks, done) {
      calls.push(Buffer.concat(chunks.map(({ chunk }) => chunk as Buffer)));
      done();
    },
  });
  let taken = 0;
  const writer = new TurnWriter(socket as never, (error) => error ?? (taken += 1));
  return { socket, writer, calls, taken: () => taken };
}

function frames(...texts: string[]): Buffer {
  return Buffer.concat(texts.map(frameText));
}

describe('a turn writer', () => {
  it('sends all of a turn in one call, in order', async () => {
    const { writer, calls } = fakeSocket();
    for (const text of ['a', 'b', 'a', 'c']) writer.write(text);
    expect(calls).toEqual([]);
    await nextTurn();
    expect(calls).toEqual([frames('a', 'b', 'a', 'c')]);
  });

  it('frames once what several sockets are sent at once, in its place', async () => {
    const [one, other] = [fakeSocket(), fakeSocket()];
    const batch = ['b', 'c'];
    for (const { writer } of [one, other]) {
      writer.write('a');
      writer.writeAll(batch);
      writer.write('d');
    }
    await nextTurn();
    expect([...one.calls, ...other.calls]).toEqual([frames('a', 'b', 'c', 'd'), frames('a', 'b', 'c', 'd')]);
  });

  it('holds nothing back beyond the turn', async () => {
    const { writer, calls } = fakeSocket();
    writer.write('a');
    await nextTurn();
    writer.write('b');
    await nextTurn();
    expect(calls).toEqual([frames('a'), frames('b')]);
  });

  it('sends along what promises of the turn have written', async () => {
    const { writer, calls } = fakeSocket();
    writer.write('a');
    await Promise.resolve();
    writer.write('b');
    await nextTurn();
    expect(calls).toEqual([frames('a', 'b')]);
  });

  it('keeps the place of what others write to the socket', async () => {
    const { socket, writer, calls } = fakeSocket();
    writer.write('a');
    socket.write(Buffer.from('ping'));
    writer.write('b');
    await nextTurn();
    expect(Buffer.concat(calls)).toEqual(Buffer.concat([frames('a'), Buffer.from('ping'), frames('b')]));
  });

  it('shows what it holds as bytes that wait', async () => {
    const { socket, writer } = fakeSocket();
    writer.write('a');
    writer.write('b');
    expect(socket.writableLength).toBe(frames('a', 'b').length);
    await nextTurn();
    expect(socket.writableLength).toBe(0);
  });

  it('tells once a turn that the network took it', async () => {
    const { writer, taken } = fakeSocket();
    writer.write('a');
    writer.write('b');
    await nextTurn();
    await nextTurn();
    expect(taken()).toBe(1);
    writer.write('c');
    await nextTurn();
    await nextTurn();
    expect(taken()).toBe(2);
  });

  it('does no harm to a socket that is destroyed meanwhile', async () => {
    const { socket, writer, calls, taken } = fakeSocket();
    const failures: unknown[] = [];
    socket.on('error', (error) => failures.push(error));
    writer.write('a');
    socket.destroy();
    await nextTurn();
    expect({ calls, taken: taken(), failures }).toEqual({ calls: [], taken: 0, failures: [] });
  });

  it('writes nothing to a socket that is gone', async () => {
    const { socket, writer } = fakeSocket();
    const write = vi.spyOn(socket, 'write');
    socket.destroy();
    writer.write('a');
    writer.writeAll(['b', 'c']);
    await nextTurn();
    expect(write).not.toHaveBeenCalled();
  });

  it('frames one text for many sockets once', async () => {
    const sockets = [fakeSocket(), fakeSocket(), fakeSocket()];
    const written: unknown[] = [];
    for (const { socket, writer } of sockets) {
      const write = socket.write.bind(socket);
      socket.write = ((chunk: Buffer, ...rest: []) => {
        written.push(chunk);
        return write(chunk, ...rest);
      }) as typeof socket.write;
      writer.write('to everyone');
    }
    await nextTurn();
    expect(new Set(written).size).toBe(1);
  });
});
