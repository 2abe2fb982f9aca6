// @vitest-environment jsdom
// Over real sockets: how many connections the components of a page make.
import { act, cleanup, render, screen } from '@testing-library/react';
import { createClient, safe, type Client } from '@wirepact/client';
import { SocketManager } from '@wirepact/server';
import { Suspense, useEffect, type ReactElement, type ReactNode } from 'react';
import { describe, expect, it } from 'vitest';
import {
  channels,
  defer,
  SocketProvider,
  useEvent,
  useSocket,
  Waiting,
  type Channels,
} from './pair.fixture.js';

interface Site extends AsyncDisposable {
  readonly sockets: SocketManager<Channels>;
  readonly client: Client<Channels>;
  /** Upgrades that the server was asked for. */
  readonly upgrades: number;
  readonly Page: (props: { readonly children: ReactNode }) => ReactElement;
  connected(): Promise<void>;
}

async function startSite(): Promise<Site> {
  const sockets = new SocketManager(channels, { routes: { time: () => '12:00' } });
  const { server, url } = await sockets.listen({ port: 0, host: '127.0.0.1', path: '/ws' });
  let upgrades = 0;
  server.on('upgrade', () => upgrades++);
  const client = createClient<Channels>({ url });
  return {
    sockets,
    client,
    get upgrades() {
      return upgrades;
    },
    Page: ({ children }) => <SocketProvider client={client}>{children}</SocketProvider>,
    connected: () =>
      act(
        () =>
          new Promise<void>((resolve) => {
            if (client.status.name === 'connected') resolve();
            else client.onStatus(({ name }) => name === 'connected' && resolve());
          }),
      ),
    async [Symbol.asyncDispose]() {
      client.close();
      await sockets.close();
    },
  };
}

function Output(): ReactElement {
  const { status } = useSocket();
  useEvent('output', () => {});
  return <p>{status.name}</p>;
}

describe('the connection of a page', () => {
  it('is one under StrictMode, which mounts twice', async () => {
    await using site = await startSite();
    let mounts = 0;
    function Page(): ReactElement {
      useEffect(() => void mounts++, []);
      return <site.Page children={<Output />} />;
    }
    render(<Page />);
    await site.connected();
    expect(screen.getByText('connected')).toBeDefined();
    expect([mounts, site.upgrades, site.sockets.countClients]).toEqual([2, 1, 1]);
  });

  it('outlives the components: unmounting and mounting anew keeps it', async () => {
    await using site = await startSite();
    render(<site.Page children={<Output />} />).unmount();
    render(<site.Page children={<Output />} />);
    await site.connected();
    const [socket] = site.sockets.clients();
    cleanup();
    expect(site.client.status.name).toBe('connected');
    render(<site.Page children={<Output />} />);
    expect(screen.getByText('connected')).toBeDefined();
    expect(await site.client.request('time')).toBe('12:00');
    expect([...site.sockets.clients()]).toEqual([socket]);
    expect(site.upgrades).toBe(1);
  });

  it('is one for a component that suspends before it is shown', async () => {
    await using site = await startSite();
    const { promise, resolve } = defer();
    function Late(): ReactElement {
      const output = <Output />;
      return (
        <>
          {output}
          <Waiting promise={promise} />
        </>
      );
    }
    await act(async () =>
      render(<site.Page children={<Suspense fallback="waiting" children={<Late />} />} />),
    );
    expect(screen.getByText('waiting')).toBeDefined();
    await act(async () => resolve());
    await site.connected();
    expect(screen.getByText('connected')).toBeDefined();
    expect(site.upgrades).toBe(1);
  });

  it('is one for useSocket given a client, without a provider', async () => {
    await using site = await startSite();
    function Alone(): ReactElement {
      const { status, request } = useSocket(site.client);
      useEffect(() => void safe(request('time')), [request]);
      return <p>{status.name}</p>;
    }
    render(<Alone />);
    await site.connected();
    expect(screen.getByText('connected')).toBeDefined();
    expect(site.upgrades).toBe(1);
  });
});
