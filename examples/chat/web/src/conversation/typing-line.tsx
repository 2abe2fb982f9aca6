// Says who is typing.
import type { Person } from '@wirepact-example/chat-contract';

export function TypingLine({ people }: { readonly people: readonly Person[] }) {
  return (
    <p className="typing" role="status">
      {describe(people.map((person) => person.name))}
    </p>
  );
}

function describe([first, second, ...others]: readonly string[]): string {
  if (first === undefined) return '';
  if (second === undefined) return `${first} is typing …`;
  return others.length === 0 ? `${first} and ${second} are typing …` : 'Several people are typing …';
}
