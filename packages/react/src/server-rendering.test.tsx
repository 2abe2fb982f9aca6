// @vitest-environment jsdom
import { act, render } from '@testing-library/react';
import { createClient } from '@wirepact/client';
import { type ReactElement } from 'react';
import { hydrateRoot } from 'react-dom/client';
import { renderToString } from 'react-dom/server';
import { describe, expect, it, vi } from 'vitest';
import {
  SocketProvider,
  startApp,
  useEvent,
  useLatest,
  useRequest,
  useRoom,
  useSocket,
  useStatus,
  useStream,
  type Channels,
} from './pair.fixture.js';

/** Uses every hook. */
function Page(): ReactElement {
  const { status } = useSocket();
  const { items } = useStream('tail', { level: 'error' });
  const { members } = useRoom('lobby');
  const { pending } = useRequest('time');
  const count = useLatest('count');
  useEvent('output', () => {});
  return <p>{[status.name, useStatus().name, items.length, members.length, pending, count].join()}</p>;
}

const onServer = 'idle,idle,0,0,false,';

describe('server rendering', () => {
  it('renders idle, and neither connects nor listens', async () => {
    const opened = vi.fn();
    const client = createClient<Channels>({ url: 'ws://127.0.0.1:9/', WebSocket: opened as never });
    const html = renderToString(<SocketProvider client={client} children={<Page />} />);
    expect(html).toBe(`<p>${onServer}</p>`);
    expect(client.status.name).toBe('idle');
    expect(opened).not.toHaveBeenCalled();
    client.close();
  });

  it('hydrates without a warning, also when the client is connected by then', async () => {
    await using app = await startApp();
    const warned = vi.spyOn(console, 'error');
    const page = <SocketProvider client={app.client} children={<Page />} />;
    const container = document.createElement('div');
    container.innerHTML = renderToString(page);
    expect(container.textContent).toBe(onServer);

    const root = await act(async () => hydrateRoot(container, page, { onRecoverableError: warned }));
    await app.arrive();
    expect(container.textContent).toBe('connected,connected,0,1,false,');
    expect(warned).not.toHaveBeenCalled();
    act(() => root.unmount());
    await app.arrive();
  });

  it('shows the real status at once where nothing was rendered by a server', async () => {
    await using app = await startApp();
    const seen = new Set<string>();
    function Status(): null {
      seen.add(useStatus().name);
      return null;
    }
    render(<SocketProvider client={app.client} children={<Status />} />);
    expect([...seen]).toEqual(['connected']);
  });
});
