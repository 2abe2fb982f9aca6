// For the tests: draws the transition table as a Mermaid diagram, by trying every event in every state.
import { SocketError } from '@wirepact/core';
import { defaultReconnect } from '@wirepact/core/internal';
import {
  transition,
  transitions,
  type ConnectionEvent,
  type ConnectionState,
  type EventType,
  type StateName,
  type Surroundings,
} from './connection-state.js';

const reason = { code: 1006, reason: '' };
const attempt = { attempt: 1, reason, renewed: false };

export const sampleStates: {
  readonly [TName in StateName]: Extract<ConnectionState, { readonly name: TName }>;
} = {
  idle: { name: 'idle' },
  scheduled: { name: 'scheduled', until: 0, attempt: 1 },
  preparing: { name: 'preparing', until: 0, ...attempt },
  opening: { name: 'opening', until: 0, ...attempt },
  greeting: { name: 'greeting', until: 0, ...attempt },
  connected: { name: 'connected', attempt: 1, renewed: false, since: 0, sessionId: 's_1', resumed: false },
  waiting: { name: 'waiting', until: 0, attempt: 1, reason },
  suspended: { name: 'suspended', attempt: 1, reason },
  closed: { name: 'closed', reason, error: undefined },
};

/** One event of each type, or several where the result depends on what the event carries. The key is its label. */
const sampleEvents: { readonly [TType in EventType]: Readonly<Record<string, ConnectionEvent>> } = {
  wanted: { wanted: { type: 'wanted' } },
  due: { due: { type: 'due' } },
  prepared: { prepared: { type: 'prepared', url: 'ws://server.test', token: undefined } },
  opened: {
    'opened, wirepact.v1': { type: 'opened', greets: true },
    'opened, plain': { type: 'opened', greets: false },
  },
  welcomed: { welcomed: { type: 'welcomed', sessionId: 's_1', resumed: false } },
  lost: {
    lost: { type: 'lost', reason },
    'lost, a closed door': { type: 'lost', reason: { code: 4403, reason: '' } },
    'lost, 4401': { type: 'lost', reason: { code: 4401, reason: '' } },
  },
  suspended: { suspended: { type: 'suspended' } },
  woken: { woken: { type: 'woken' } },
  closed: { closed: { type: 'closed', error: new SocketError('closed') } },
};

const surroundings: Surroundings = {
  now: 0,
  random: () => 0.5,
  reconnect: defaultReconnect,
  renewable: true,
  offline: false,
  hidden: false,
};

/** The table as a Mermaid state diagram. */
export function connectionDiagram(): string {
  const lines = ['```mermaid', 'stateDiagram-v2', '  [*] --> idle'];
  for (const from of Object.keys(transitions) as StateName[]) {
    const labels = new Map<StateName, string[]>();
    for (const type of Object.keys(transitions[from]) as EventType[]) {
      for (const [label, event] of Object.entries(sampleEvents[type])) {
        const to = transition(sampleStates[from], event, surroundings)?.name;
        if (to !== undefined) labels.set(to, [...(labels.get(to) ?? []), label]);
      }
    }
    for (const [to, events] of labels) lines.push(`  ${from} --> ${to}: ${events.join(' / ')}`);
  }
  return [...lines, '```'].join('\n');
}
