import { describe, expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import type { NotJson, Wire } from './json.js';

interface Tree {
  name: string;
  children: Tree[];
}

interface DatedTree {
  at: Date;
  children: DatedTree[];
}

interface WireTree {
  at: string;
  children: WireTree[];
}

interface Named {
  text: string;
  tags?: readonly string[];
}

type Brand = string & { readonly __brand: 'UserId' };

describe('Wire', () => {
  it('leaves what is JSON already as it is', () => {
    expectTypeOf<Wire<string>>().toEqualTypeOf<string>();
    expectTypeOf<Wire<'a' | 1 | null>>().toEqualTypeOf<'a' | 1 | null>();
    expectTypeOf<Wire<{ a?: string }>>().toEqualTypeOf<{ a?: string }>();
    expectTypeOf<Wire<readonly [string, number]>>().toEqualTypeOf<readonly [string, number]>();
    expectTypeOf<Wire<Record<string, number[]>>>().toEqualTypeOf<Record<string, number[]>>();
    expectTypeOf<Wire<undefined>>().toEqualTypeOf<undefined>();
    expectTypeOf<Wire<void>>().toEqualTypeOf<void>();
    expectTypeOf<Wire<Named>>().toEqualTypeOf<Named>();
    expectTypeOf<Wire<Tree>>().toEqualTypeOf<Tree>();
    expectTypeOf<Wire<Brand>>().toEqualTypeOf<Brand>();
  });

  it('leaves what nobody knows unknown', () => {
    expectTypeOf<Wire<unknown>>().toBeUnknown();
    expectTypeOf<Wire<never>>().toBeNever();
    expectTypeOf<Wire<{ a: unknown }>>().toEqualTypeOf<{ a: unknown }>();
    expectTypeOf<Wire<Record<string, unknown>[]>>().toEqualTypeOf<Record<string, unknown>[]>();
  });

  it('makes of a value what JSON makes of it', () => {
    expectTypeOf<Wire<Date>>().toEqualTypeOf<string>();
    expectTypeOf<Wire<{ at: Date; n: 1 }>>().toEqualTypeOf<{ at: string; n: 1 }>();
    expectTypeOf<Wire<{ at?: Date }>>().toEqualTypeOf<{ at?: string }>();
    expectTypeOf<Wire<Date | null>>().toEqualTypeOf<string | null>();
    expectTypeOf<Wire<Date[]>>().toEqualTypeOf<string[]>();
    expectTypeOf<Wire<[Date, number]>>().toEqualTypeOf<[string, number]>();
    expectTypeOf<Wire<(Date | undefined)[]>>().toEqualTypeOf<(string | null)[]>();
    expectTypeOf<Wire<{ toJSON(): { x: Date } }>>().toEqualTypeOf<{ x: string }>();
    expectTypeOf<Wire<Map<string, number>>>().toEqualTypeOf<{}>();
    expectTypeOf<Wire<Set<string>>>().toEqualTypeOf<{}>();
    expectTypeOf<Wire<{ a: string; run(): void; tag: symbol }>>().toEqualTypeOf<{ a: string }>();
    expectTypeOf<Wire<DatedTree>>().toExtend<WireTree>();
  });

  it('says what has no JSON form where it stands', () => {
    expectTypeOf<Wire<{ big: bigint }>>().toEqualTypeOf<{
      big: NotJson<'a bigint has no JSON form: send a string'>;
    }>();
    type Bytes = NotJson<'bytes have no useful JSON form: send base64 text'>;
    expectTypeOf<Wire<{ of: Uint8Array }>>().toEqualTypeOf<{ of: Bytes }>();
    expectTypeOf<Wire<ArrayBuffer>>().toEqualTypeOf<Bytes>();
    expectTypeOf<Wire<DataView>>().toEqualTypeOf<Bytes>();
    expectTypeOf<Wire<Uint8Array | string>>().toEqualTypeOf<Bytes | string>();
  });

  it('follows the getters of a recursive schema', () => {
    const Node = z.object({
      at: z.date(),
      get next() {
        return Node.optional();
      },
    });
    expectTypeOf<Wire<z.output<typeof Node>>['at']>().toEqualTypeOf<string>();
    expectTypeOf<NonNullable<Wire<z.output<typeof Node>>['next']>['at']>().toEqualTypeOf<string>();
  });
});
