// Being in a room while a component is mounted.
import type { Client, RoomMember } from '@wirepact/client';
import type { Form, SocketError } from '@wirepact/core';
import { useClientStore, type Source } from './use-client-store.js';

/** A room, as far as this client knows it. */
export interface RoomState {
  /** Who is there, as far as the server's `rooms.member` tells; empty before the server let us in. */
  readonly members: readonly RoomMember[];
  /** Whether the server let us in. */
  readonly joined: boolean;
  /** Why it did not, or why it put us out, such as `denied`. */
  readonly error: SocketError | undefined;
}

const outside: RoomState = { members: [], joined: false, error: undefined };

/** Joins `room` while at least one component that names it is mounted, and tells who else is there. */
export function useRoom<TChannels, TForm extends Form>(
  client: Client<TChannels, TForm>,
  room: string,
): RoomState {
  return useClientStore(client, { room }, membership);
}

function membership(client: Client, { room: name }: { readonly room: string }): Source<RoomState> {
  return {
    value: outside,
    isOver: ({ error }) => error,
    open(publish) {
      const leaving = new AbortController();
      const refused = (error: SocketError): void => publish({ ...outside, error });
      const joining = client.join(name, leaving);
      joining.then((room) => {
        const show = (): void => publish({ ...outside, members: room.members, joined: true });
        show();
        room.onMembers(show);
        room.onRemoved(refused);
      }, refused);
      // what is published after that is shown to nobody
      return () => {
        leaving.abort();
        joining.then((room) => room.leave(), refused);
      };
    },
  };
}
