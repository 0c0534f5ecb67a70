package dev.mycel.core;

/**
 * What Mycel holds outside the Java heap at one moment.
 *
 * @param liveBytes bytes that tensors, variables and saved values hold
 * @param cachedBytes bytes that the pool keeps for reuse
 * @param budgetBytes most bytes that live and cached together may reach
 * @param liveBlocks number of blocks that hold {@code liveBytes}
 */
public record MemoryStats(long liveBytes, long cachedBytes, long budgetBytes, long liveBlocks) {}
