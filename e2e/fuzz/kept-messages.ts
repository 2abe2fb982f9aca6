// Messages that once went wrong, and their stories: they are played first, and for ever.

export interface KeptMessage {
  /** The story, for who reads the file. */
  readonly was: string;
  readonly message: string;
}

export const keptMessages: readonly KeptMessage[] = [
  {
    was: 'the client stumbled over channels that were not announced, when its connection was lost',
    message: '{"path":"$welcome","data":{"session":"s_1","token":"t","resumed":false}}',
  },
  {
    was: 'the client took a number for a cursor, and stumbled over it when its connection was lost',
    message:
      '{"path":"$welcome","data":{"session":"s_1","token":"t","resumed":false,"streams":{"*":5},"channels":{}}}',
  },
];
