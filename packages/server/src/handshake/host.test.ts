import { describe, expect, it } from 'vitest';
import { hostsAt, isHostAllowed } from './host.js';

describe('a server that listens', () => {
  it.each(['127.0.0.1', '127.0.0.2', '127.1.2.3', '::1', 'localhost'])(
    'at %s, to this machine alone, takes that name and those of this machine, and no other',
    (address) => {
      const own = address === '::1' ? '[::1]' : address;
      for (const name of [own, 'localhost', 'app.localhost', '127.0.0.1', '[::1]']) {
        expect(isHostAllowed(`${name}:8080`, hostsAt(address)), name).toBe(true);
      }
      for (const name of ['evil.example', '127.0.0.9', '127.0.0.2.evil.example']) {
        expect(isHostAllowed(`${name}:8080`, hostsAt(address)), name).toBe(false);
      }
    },
  );

  it.each([undefined, '', '0.0.0.0', '::', '192.0.2.7', 'app.example', '127.example'])(
    'at %s takes any name: others may come',
    (address) => {
      expect(hostsAt(address)).toBeUndefined();
    },
  );
});
