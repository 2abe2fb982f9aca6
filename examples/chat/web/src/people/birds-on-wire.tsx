// The people in the room, drawn as birds on a wire. They show who is typing, who reacts and who is disconnected; while
// this page is disconnected, the wire is cut and empty.
import type { CSSProperties } from 'react';
import type { Person } from '@wirepact-example/chat-contract';
import type { ReactionName } from '@wirepact-example/chat-contract/facts';
import type { Flight } from '../conversation/use-reactions.js';
import { Bird } from './bird.js';
import { ReactionIcon } from './reaction-icon.js';
import type { Neighbour } from './use-people.js';
import { brokenWire, seats, wholeWire } from './wire.js';

export interface BirdsOnWireProps {
  readonly people: readonly Neighbour[];
  readonly you: Person | undefined;
  readonly typing: ReadonlySet<string>;
  readonly reactions: ReadonlyMap<string, Flight>;
  readonly whole: boolean;
}

/** How many birds fit on the narrowest screen. */
const mostBirds = 8;

export function BirdsOnWire({ people, you, typing, reactions, whole }: BirdsOnWireProps) {
  const seated = seat(people, you);
  const places = seats(seated.length);
  return (
    <div className="wire" data-whole={whole}>
      <svg className="wire-drawing" viewBox="0 0 100 52" preserveAspectRatio="none" aria-hidden="true">
        {whole ? <path d={wholeWire} /> : brokenWire.map((path) => <path key={path} d={path} />)}
      </svg>
      <ul aria-label="Here now" style={{ '--count': seated.length } as CSSProperties}>
        {seated.map((person, index) => (
          <li
            key={person.id}
            data-you={person.id === you?.id}
            data-away={person.away}
            style={{
              insetInlineStart: `${places[index]?.x ?? 50}%`,
              insetBlockStart: `${places[index]?.y ?? 0}px`,
            }}
          >
            <Bird id={person.id} />
            {typing.has(person.id) && <span className="bubble" aria-hidden="true" />}
            <Floating flight={reactions.get(person.id)} />
            <span className="bird-name">
              {person.name}
              {person.id === you?.id && <span className="visually-hidden"> (you)</span>}
              {person.away && <span className="visually-hidden"> (away)</span>}
            </span>
          </li>
        ))}
      </ul>
      <p className="visually-hidden" role="status">
        {describeNewest([...reactions.values()])}
      </p>
      {people.length > mostBirds && <p className="more-birds">and {people.length - mostBirds} more</p>}
    </div>
  );
}

/** Chooses as many people as fit, the user among them. */
function seat(people: readonly Neighbour[], you: Person | undefined): readonly Neighbour[] {
  const own = people.findIndex(({ id }) => id === you?.id);
  if (own < mostBirds) return people.slice(0, mostBirds);
  return [...people.slice(0, mostBirds - 1), ...people.slice(own, own + 1)];
}

const deeds: Record<ReactionName, string> = {
  heart: 'sends a heart',
  song: 'sings along',
  spark: 'sends a spark',
  question: 'asks what that means',
};

/** The newest reaction in words, for screen readers. */
function describeNewest(flights: readonly Flight[]): string {
  const newest = flights.toSorted((one, other) => other.at - one.at)[0];
  return newest === undefined ? '' : `${newest.name} ${deeds[newest.reaction]}`;
}

function Floating({ flight }: { readonly flight: Flight | undefined }) {
  if (flight === undefined) return null;
  // a new key restarts the animation
  return (
    <span key={flight.at} className="floating">
      <ReactionIcon name={flight.reaction} />
    </span>
  );
}
