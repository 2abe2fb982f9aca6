// Keeps the client in a room while a component is mounted.
import type { Client, RoomMember } from '@wirepact/client';
import type { Form, SocketError } from '@wirepact/core';
import { useClientStore, type Source } from './use-client-store.js';

/** The state of a room. */
export interface RoomState {
  /** The members: what the server's `rooms.member` returns for each. Empty while `joined` is `false`. */
  readonly members: readonly RoomMember[];
  /** Whether the server has let this client in. It stays `true` while the client reconnects. */
  readonly joined: boolean;
  /**
   * Why this client is not in the room, such as `denied`; `undefined` if there is no error. The hook does not retry.
   */
  readonly error: SocketError | undefined;
}

const outside: RoomState = { members: [], joined: false, error: undefined };

/** Keeps the client in `room` while at least one component that names the room is mounted, and returns who is there. */
export function useRoom<TChannels, TForm extends Form>(
  client: Client<TChannels, TForm>,
  room: string,
): RoomState {
  return useClientStore(client, { room }, membership);
}

function membership(client: Client, { room: name }: { readonly room: string }): Source<RoomState> {
  return {
    value: outside,
    isOver: (state) => state.error,
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
      // what is published after this is shown to nobody
      return () => {
        leaving.abort();
        joining.then((room) => room.leave(), refused);
      };
    },
  };
}
