import { expect, test, vi } from 'vitest';
import { ReplayPlayer } from '../../../components/replay/replay-player.ts';

function playerOf() {
  const wall = { nowMs: 5_000_000 };
  return { wall, player: new ReplayPlayer({ fromMs: 1000, toMs: 601_000 }, () => wall.nowMs) };
}

test('time stands until it is played, passes at its speed, and stands again', () => {
  const { wall, player } = playerOf();
  wall.nowMs += 10_000;
  expect(player.now()).toBe(1000);
  player.play();
  wall.nowMs += 1000;
  expect(player.now()).toBe(11_000);
  player.pause();
  wall.nowMs += 1000;
  expect(player.now()).toBe(11_000);
});

test('another speed goes on from where it was', () => {
  const { wall, player } = playerOf();
  player.setSpeed(1);
  player.play();
  wall.nowMs += 2000;
  player.setSpeed(60);
  expect(player.now()).toBe(3000);
  wall.nowMs += 1000;
  expect(player.now()).toBe(63_000);
  player.pause();
});

test('it stops at its end, and plays from the beginning again', () => {
  const { wall, player } = playerOf();
  player.play();
  wall.nowMs += 100_000;
  player.tick();
  expect([player.now(), player.isPlaying, player.isAtEnd]).toEqual([601_000, false, true]);
  player.play();
  expect([player.now(), player.isPlaying]).toEqual([1000, true]);
  player.pause();
});

test('it can be set to any moment of its own, playing or not, and counts that as a jump', () => {
  const { player } = playerOf();
  player.seek(300_000);
  expect(player.now()).toBe(300_000);
  player.seek(0);
  expect(player.now()).toBe(1000);
  player.seek(9_000_000);
  expect([player.now(), player.jumps]).toEqual([601_000, 3]);
});

test('who listens hears of each tick and change until they leave', () => {
  const { player } = playerOf();
  const listener = vi.fn();
  const leave = player.subscribe(listener);
  player.tick();
  player.setSpeed(60);
  expect(listener).toHaveBeenCalledTimes(2);
  leave();
  player.tick();
  expect(listener).toHaveBeenCalledTimes(2);
});
