// Who is typing: everybody who said so in the last 3 seconds and has not sent a message since.
import type { Person } from '@wirepact-example/chat-contract';
import type { RoomId } from '@wirepact-example/chat-contract/facts';
import { useEvent } from '../live/socket.js';
import { useExpiring } from '../live/use-expiring.js';

export function useTyping(room: RoomId): ReadonlyMap<string, Person> {
  const { values, put, remove } = useExpiring<Person>(room, 3_000);
  useEvent('typing', (person, from) => from.room === room && put(person.id, person));
  useEvent('chat', ({ from }) => remove(from.id));
  return values;
}
