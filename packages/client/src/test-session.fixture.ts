// For this package's tests: a client in a session, with a test in the role of the server.
import type { Gap } from './gap.js';
import { startClient, type TestClient, type TestSocket } from './test-socket.fixture.js';

export interface TestSession extends TestClient<undefined> {
  /** The connection on which the session began. */
  readonly first: TestSocket;
  /** What came on `chat`: the data, or the room and the data. */
  readonly heard: readonly unknown[];
  readonly gaps: readonly Gap[];
  /** Makes another connection, up to the hello. */
  greet(): Promise<{ readonly hello: unknown; readonly next: TestSocket }>;
}

/** A session that was welcomed with the position 10 in what is sent to everyone. */
export async function startSession(welcome: Record<string, unknown> = {}): Promise<TestSession> {
  const started = startClient();
  const { client } = started;
  const heard: unknown[] = [];
  const gaps: Gap[] = [];
  client.on('chat', (data, { room }) => heard.push(room === undefined ? data : [room, data]));
  client.onGap((gap) => gaps.push(gap));
  return {
    ...started,
    heard,
    gaps,
    first: await started.connected({ streams: { '*': ['e', 10] }, ...welcome }),
    async greet() {
      client.connect();
      await started.advance(0);
      const next = started.socket();
      next.open();
      const [hello] = next.takeSent();
      return { hello: hello?.data, next };
    },
  };
}

/** An entry of a log; of the inbox, where no room is named. */
export const entry = (
  socket: TestSocket,
  room: string | undefined,
  at: number,
  after: number = at - 1,
): void => socket.receive('chat', at, { at, after, ...(room !== undefined && { room }) });
