// What travels in every case, and the schemas that the validating contenders parse it with.
import { z } from 'zod';

export const orderSchema = z.object({
  symbol: z.string().min(1).max(12),
  side: z.enum(['buy', 'sell']),
  quantity: z.number().int().positive(),
  note: z.string(),
});
export const receiptSchema = z.object({
  orderId: z.string(),
  symbol: z.string(),
  quantity: z.number().int(),
  accepted: z.boolean(),
});
export const tickSchema = z.object({
  symbol: z.string(),
  price: z.number(),
  volume: z.number().int(),
  /** On the clock that all processes of a machine share, in ms. */
  sentAt: z.number(),
  note: z.string(),
});

export type Order = z.infer<typeof orderSchema>;
export type Receipt = z.infer<typeof receiptSchema>;
export type Tick = z.infer<typeof tickSchema>;

/** An order of about 100 bytes, and of `extraBytes` more. */
export function createOrder(extraBytes = 0): Order {
  return { symbol: 'WIRE', side: 'buy', quantity: 25, note: 'at best'.padEnd(7 + extraBytes, 'x') };
}

export function createReceipt({ symbol, quantity }: Order): Receipt {
  return { orderId: 'ord_7f3a9c1e', symbol, quantity, accepted: true };
}

/** A tick of about 100 bytes, and of its note. Its volume is its number. */
export function createTick(note: string, number: number, sentAt = now()): Tick {
  return { symbol: 'WIRE', price: 101.25, volume: number, sentAt, note };
}

/** Ms on the monotonic clock, which all processes of a machine share. */
export function now(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
