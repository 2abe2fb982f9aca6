// Who is in a room: each person once, however many windows they have open.
import { useState } from 'react';
import type { Person } from '@wirepact-example/chat-contract';
import type { RoomMember } from '@wirepact/client';
import { useEvent, useRoom, useStatus } from '../live/socket.js';

interface Renames {
  readonly sessionId: string | undefined;
  readonly names: ReadonlyMap<string, string>;
}

export function usePeople(room: string): readonly Person[] {
  const { members } = useRoom(room);
  const status = useStatus();
  const sessionId = status.name === 'connected' ? status.sessionId : undefined;
  const [renames, setRenames] = useState<Renames>({ sessionId, names: new Map() });

  useEvent('renamed', ({ id, name }) => {
    // members of a new session come with their names of today
    setRenames((current) => ({
      sessionId,
      names: new Map(current.sessionId === sessionId ? current.names : []).set(id, name),
    }));
  });
  return distinctPeople(members, renames.sessionId === sessionId ? renames.names : new Map());
}

function distinctPeople(
  members: readonly RoomMember[],
  names: ReadonlyMap<string, string>,
): readonly Person[] {
  const people = new Map<string, Person>();
  for (const { info } of members) {
    if (isPerson(info)) people.set(info.id, { id: info.id, name: names.get(info.id) ?? info.name });
  }
  return [...people.values()];
}

/** What members say of themselves is not in the contract, so it is looked at before it is believed. */
function isPerson(info: unknown): info is Person {
  return (
    typeof info === 'object' &&
    info !== null &&
    'id' in info &&
    typeof info.id === 'string' &&
    'name' in info &&
    typeof info.name === 'string'
  );
}
