// The chat in two processes over one Redis, behind a balancer that knows nothing of it: they are one chat, and when one of them
// dies its windows go on at the other with nothing missed.
import type { Locator, Page } from '@playwright/test';
import { ChatCluster, type BalancerName } from './chat-cluster.js';
import { birds, cutLine, expect, mendLine, messages, say, sayAtOnce, test as base } from './chat-test.js';

/** Two windows that are served by two processes. */
interface Pair {
  readonly ada: Page;
  readonly grace: Page;
  /** What Ada's process is called, and Grace's. */
  readonly adasProcess: string;
  readonly gracesProcess: string;
}

interface ClusterFixtures {
  readonly balancer: BalancerName;
  readonly cluster: ChatCluster;
  readonly openPair: () => Promise<Pair>;
}

const test = base.extend<ClusterFixtures>({
  balancer: ['haproxy', { option: true }],
  // what the browsers themselves write when a line breaks
  expectedComplaints: /WebSocket|can’t establish a connection|was interrupted/,

  cluster: async ({ balancer, waitsForMs }, provide) => {
    await using cluster = await ChatCluster.start(balancer, waitsForMs);
    await provide(cluster);
  },

  url: async ({ cluster }, provide) => {
    await provide(cluster.url);
  },

  openPair: async ({ open }, provide) => {
    await provide(async () => {
      const ada = await open('Ada');
      const adasProcess = await processOf(ada);
      const grace = await open('Grace');
      for (let tries = 0; tries < 10; tries += 1) {
        const gracesProcess = await processOf(grace);
        if (gracesProcess !== adasProcess) return { ada, grace, adasProcess, gracesProcess };
        // the same guest calls again
        await grace.reload();
      }
      throw new Error(`the balancer sends everybody to ${adasProcess}`);
    });
  },
});

/** Back within seconds, of which most is what the page itself takes. */
const back = { timeout: 5_000 };

const line = (page: Page): Locator => page.getByText(/^Connectedsince .*, to (east|west)$/);
const processOf = async (page: Page): Promise<string> =>
  /\w+$/.exec((await line(page).textContent()) ?? '')?.[0] ?? '';
const rows = (page: Page): Locator => messages(page).getByRole('listitem');

for (const balancer of ['haproxy', 'nginx'] as const) {
  test.describe(`behind ${balancer}`, () => {
    test.use({ balancer });

    test('goes on at the other process when its own is killed, and misses nothing', async ({
      openPair,
      cluster,
    }) => {
      const { ada, grace, adasProcess, gracesProcess } = await openPair();
      await expect(birds(ada)).toHaveText([/Ada/, /Grace/]);
      await say(ada, 'Before.');
      await expect(messages(grace)).toContainText('Before.');

      await cluster.process(adasProcess).end('SIGKILL');
      await Promise.all([
        sayAtOnce(ada, ['Still here?', 'Hello?']),
        sayAtOnce(grace, ['I hear you.', 'Loud and clear.']),
      ]);
      await expect(line(ada)).toContainText(`to ${gracesProcess}`, back);
      for (const page of [ada, grace]) {
        for (const text of ['Before.', 'Still here?', 'Hello?', 'I hear you.', 'Loud and clear.']) {
          await expect(rows(page).filter({ hasText: text })).toHaveCount(1, back);
        }
      }
      await expect(rows(ada).filter({ hasText: 'Back after' })).toContainText('No message was missed.');
      await expect(messages(ada)).not.toContainText('A gap.');
      await expect(messages(grace)).not.toContainText('Back after');
    });
  });
}

test('finds at another process what was said while it was away, and says there what waited', async ({
  openPair,
  cluster,
}) => {
  const { ada, grace, adasProcess, gracesProcess } = await openPair();
  await cutLine(ada);
  await expect(birds(grace)).toHaveText([/Ada \(away\)|Grace/, /Ada \(away\)|Grace/]);
  await say(ada, 'Written while away.');
  await cluster.process(adasProcess).end('SIGKILL');
  await say(grace, 'Ada?');
  await say(grace, 'Are you there?');
  await expect(rows(grace)).toHaveCount(2);

  await mendLine(ada);
  await expect(line(ada)).toContainText(`to ${gracesProcess}`, back);
  await expect(rows(ada)).toHaveText([
    /Written while away\..*Kept, and sent when you were back/,
    /^You cut the line\. Back after .*No message was missed\. 2\smessages came meanwhile\. One of yours waited here\.$/,
    /Ada\?.*while you were away/,
    /Are you there\?.*while you were away/,
  ]);
  await expect(messages(grace)).toContainText('Written while away.');
});

test('is restarted one process after the other while people talk', async ({ openPair, cluster }) => {
  const { ada, grace, adasProcess, gracesProcess } = await openPair();
  for (const [round, name] of [adasProcess, gracesProcess].entries()) {
    const leaving = cluster.process(name).end('SIGTERM');
    await Promise.all([sayAtOnce(ada, [`Ada ${round}`]), sayAtOnce(grace, [`Grace ${round}`])]);
    expect(await leaving).toBe(0);
    await cluster.process(name).start();
    for (const page of [ada, grace]) await expect(line(page)).toBeVisible({ timeout: 10_000 });
  }
  for (const page of [ada, grace]) {
    for (const text of ['Ada 0', 'Grace 0', 'Ada 1', 'Grace 1']) {
      await expect(rows(page).filter({ hasText: text })).toHaveCount(1, back);
    }
    await expect(messages(page)).not.toContainText('A gap.');
  }
});
