// Who is typing: whoever said so lately, and has not said anything since.
import type { Person } from '@wirepact-example/chat-contract';
import { useEvent } from '../live/socket.js';
import { useExpiring } from '../live/use-expiring.js';

export function useTyping(): ReadonlyMap<string, Person> {
  const { values, put, remove } = useExpiring<Person>(3_000);
  useEvent('typing', (person) => put(person.id, person));
  useEvent('chat', ({ from }) => remove(from.id));
  return values;
}
