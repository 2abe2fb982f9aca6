// The people in a room: each person once, however many windows they have open.
import { useState } from 'react';
import type { Person } from '@wirepact-example/chat-contract';
import type { RoomMember } from '@wirepact/client';
import { useEvent, useRoom, useStatus } from '../live/socket.js';

/** A person in the room. */
export interface Neighbour extends Person {
  /** Whether they are disconnected while the server keeps their session. */
  readonly away: boolean;
}

/** What has changed about the members since the session began. */
interface Changes {
  readonly sessionId: string | undefined;
  readonly names: ReadonlyMap<string, string>;
  readonly away: ReadonlyMap<string, boolean>;
}

export function usePeople(room: string): readonly Neighbour[] {
  const { members } = useRoom(room);
  const status = useStatus();
  const [latest, setLatest] = useState(() => unchangedSince(undefined));
  // nothing newer is known while this page is disconnected
  const sessionId = status.name === 'connected' ? status.sessionId : latest.sessionId;
  // a new session begins with the current state of all members
  const ofSession = (changes: Changes) =>
    changes.sessionId === sessionId ? changes : unchangedSince(sessionId);

  useEvent('renamed', ({ id, name }) => {
    setLatest((before) => {
      const changes = ofSession(before);
      return { ...changes, names: new Map(changes.names).set(id, name) };
    });
  });
  useEvent('away', ({ member, away }) => {
    setLatest((before) => {
      const changes = ofSession(before);
      return { ...changes, away: new Map(changes.away).set(member, away) };
    });
  });
  return distinctPeople(members, ofSession(latest));
}

function unchangedSince(sessionId: string | undefined): Changes {
  return { sessionId, names: new Map(), away: new Map() };
}

function distinctPeople(members: readonly RoomMember[], changes: Changes): readonly Neighbour[] {
  const people = new Map<string, Neighbour>();
  for (const { id: member, info } of members) {
    if (!isNeighbour(info)) continue;
    const { id } = info;
    // a person is away only if all of their windows are
    const isAway = changes.away.get(member) ?? info.away;
    const away = isAway && (people.get(id)?.away ?? true);
    people.set(id, { id, name: changes.names.get(id) ?? info.name, away });
  }
  return [...people.values()];
}

/** The info of a member is not part of the contract, so it is checked here. */
function isNeighbour(info: unknown): info is Neighbour {
  return (
    typeof info === 'object' &&
    info !== null &&
    'id' in info &&
    typeof info.id === 'string' &&
    'name' in info &&
    typeof info.name === 'string' &&
    'away' in info &&
    typeof info.away === 'boolean'
  );
}
