// @vitest-environment jsdom
// Fast refresh as bundlers do it: React is told that a component has a new version, keeps its state, and takes all of
// its effects and memos down and up again.
import { act } from '@testing-library/react';
import type { ReactElement } from 'react';
import { describe, expect, it, vi } from 'vitest';
import { startApp, useEvent, useLatest, useRequest, useRoom, useSocket, useStream } from './pair.fixture.js';

interface Family {
  current: unknown;
}
interface Renderer {
  setRefreshHandler(handler: (type: unknown) => Family | undefined): void;
  scheduleRefresh(root: unknown, update: { updatedFamilies: Set<Family>; staleFamilies: Set<Family> }): void;
}

// react-dom looks for this when it is loaded
const react = vi.hoisted(() => {
  const found: { renderer?: Renderer; root?: unknown } = {};
  Object.assign(globalThis, {
    __REACT_DEVTOOLS_GLOBAL_HOOK__: {
      supportsFiber: true,
      inject: (renderer: Renderer) => void (found.renderer = renderer),
      onCommitFiberRoot: (_id: unknown, root: unknown) => void (found.root = root),
      onCommitFiberUnmount() {},
    },
  });
  return found;
});

function refresh(before: unknown, after: unknown): void {
  const family = { current: after };
  react.renderer!.setRefreshHandler((type) => (type === before || type === after ? family : undefined));
  act(() =>
    react.renderer!.scheduleRefresh(react.root, {
      updatedFamilies: new Set([family]),
      staleFamilies: new Set(),
    }),
  );
}

describe('fast refresh', () => {
  it('keeps the connection, the stream, the room, the answer and the newest value', async () => {
    await using app = await startApp();
    const joined = vi.spyOn(app.client, 'join');
    const heard: string[] = [];
    const version = (name: string) =>
      function Page(): ReactElement {
        const { status } = useSocket();
        const { items } = useStream('tail', { level: 'error' });
        const { members } = useRoom('lobby');
        const { data, run } = useRequest('save');
        const count = useLatest('count');
        useEvent('output', (text) => heard.push(`${name} ${text}`));
        const shown = [name, status.name, items.join('+'), members.length, data, count].join();
        return <button onClick={() => void run('a')}>{shown}</button>;
      };
    const [One, Two] = [version('one'), version('two')];

    const { getByRole } = app.mount(<One />);
    act(() => getByRole('button').click());
    await app.arrive();
    app.saves[0]!.answer('saved');
    app.tails[0]!.write('x');
    app.sockets.sendToAll('count', 5);
    app.sockets.sendToAll('output', 'a');
    await app.arrive();
    expect(getByRole('button').textContent).toBe('one,connected,x,1,saved,5');

    refresh(One, Two);
    expect(getByRole('button').textContent).toBe('two,connected,x,1,saved,5');
    app.sockets.sendToAll('output', 'b');
    app.tails[0]!.write('y');
    await app.arrive();
    expect(getByRole('button').textContent).toBe('two,connected,x+y,1,saved,5');
    expect(heard).toEqual(['one a', 'two b']);
    expect([app.network.upgrades, app.tails.length, joined.mock.calls.length]).toEqual([1, 1, 1]);

    act(() => getByRole('button').click());
    await app.arrive();
    app.saves[1]!.answer('saved again');
    await app.arrive();
    expect(getByRole('button').textContent).toContain('saved again');
  });
});
