import { describe, expect, it, vi } from 'vitest';
import { settle, startClient } from './test-socket.fixture.js';

async function connectedClient() {
  const started = startClient();
  return { ...started, socket: await started.connected() };
}

describe('listeners', () => {
  it('are called in order with what was sent on their path', async () => {
    const { client, socket } = await connectedClient();
    const calls: unknown[] = [];
    client.on('output', (data, info) => calls.push(['first', data, info]));
    client.on('output', (data) => calls.push(['second', data]));
    client.on('other', () => calls.push('other'));
    socket.receive('output', 'hi');
    expect(calls).toEqual([
      ['first', 'hi', {}],
      ['second', 'hi'],
    ]);
  });

  it('are called no more once they are taken back, by call or by signal', async () => {
    const { client, socket } = await connectedClient();
    const heard = vi.fn();
    const stop = new AbortController();
    const off = client.on('output', heard);
    client.on('output', heard, { signal: stop.signal });
    client.on('output', heard, { signal: AbortSignal.abort() });
    socket.receive('output');
    expect(heard).toHaveBeenCalledTimes(2);
    off();
    off();
    stop.abort();
    socket.receive('output');
    expect(heard).toHaveBeenCalledTimes(2);
  });

  it('hear one message after once()', async () => {
    const { client, socket } = await connectedClient();
    const heard = vi.fn();
    client.once('output', heard);
    socket.receive('output', 1);
    socket.receive('output', 2);
    expect(heard.mock.calls).toEqual([[1, {}]]);
  });

  it('hear every message after onAny()', async () => {
    const { client, socket } = await connectedClient();
    const heard = vi.fn();
    client.onAny(heard);
    socket.receive('output', 1, { room: 'lobby' });
    socket.receive('$future', 2);
    socket.receive('other', 3);
    expect(heard.mock.calls).toEqual([
      [{ path: 'output', data: 1, room: 'lobby' }],
      [{ path: 'other', data: 3 }],
    ]);
  });

  it('that throw are reported, and the others still run', async () => {
    const { client, socket, errors } = await connectedClient();
    const heard = vi.fn();
    client.on('output', () => {
      throw new Error('oops');
    });
    client.on('output', heard);
    socket.receive('output', 'hi');
    expect(heard).toHaveBeenCalledTimes(1);
    expect(errors).toEqual([{ code: 'internal', path: 'output', data: 'hi' }]);
  });

  it('that reject are reported too, whatever they listen to', async () => {
    const { client, connected, errors } = startClient();
    const fail = (): void => Promise.reject(new Error('oops')) as never;
    const never = client.onStatus(fail);
    const socket = await connected({ streams: { '*': ['e', 10] } });
    expect(errors.splice(0)).toEqual([{ code: 'internal' }, { code: 'internal' }]);
    never();
    client.onGap(fail);
    socket.receive('$gap', { room: '*', why: 'lagged', from: ['e', 10], to: ['e', 20] });
    await settle();
    expect(errors.splice(0)).toEqual([{ code: 'internal' }]);
    client.on('output', fail);
    client.once('output', fail);
    const stop = client.onAny(fail);
    socket.receive('output', 'hi');
    await settle();
    expect(errors.splice(0)).toEqual(Array(3).fill({ code: 'internal', path: 'output', data: 'hi' }));
    stop();
    void client.join('lobby').then((lobby) => lobby.on('chat', fail));
    socket.receive('$join', { room: 'lobby' }, { id: 1 });
    socket.receive('chat', 'hi', { room: 'lobby' });
    await settle();
    expect(errors).toEqual([{ code: 'internal', path: 'chat', data: 'hi' }]);
  });

  it('may come and go while a message is handed out', async () => {
    const { client, socket } = await connectedClient();
    const late = vi.fn();
    const gone = vi.fn();
    client.on('output', () => {
      client.on('output', late);
      off();
    });
    const off = client.on('output', gone);
    socket.receive('output');
    expect(late).not.toHaveBeenCalled();
    expect(gone).not.toHaveBeenCalled();
  });
});

describe('errors', () => {
  it('are for the platform to report where nobody listens for them', async () => {
    const reported = vi.fn();
    vi.stubGlobal('reportError', reported);
    const { client, socket, unheardErrors } = await connectedClient();
    socket.receiveText('no JSON');
    expect(reported).not.toHaveBeenCalled();
    unheardErrors();
    socket.receiveText('no JSON');
    expect(reported).toHaveBeenLastCalledWith(expect.objectContaining({ code: 'bad_frame' }));
    const fault = new Error('from the error listener itself');
    client.onError(() => {
      throw fault;
    });
    socket.receiveText('no JSON');
    expect(reported).toHaveBeenLastCalledWith(fault);
    const late = new Error('from one that takes its time');
    client.onError(() => Promise.reject(late) as never);
    socket.receiveText('no JSON');
    await settle();
    expect(reported).toHaveBeenLastCalledWith(late);
    vi.unstubAllGlobals();
  });
});
