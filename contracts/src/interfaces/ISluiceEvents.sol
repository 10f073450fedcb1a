// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

/// @title ISluiceEvents
/// @notice Everything that a party needs to follow its channels from logs alone. The first topic after the event's own is
/// always the id (of a channel or virtual channel), or the account for credits. Totals are cumulative, so that an event
/// seen twice does no harm. A word that is named `xAndY` holds x in its high 128 bits and y in its low 128.
interface ISluiceEvents {
    /// @notice A channel received a deposit.
    /// @param channelId The channel.
    /// @param partyAndTotal For whom, and that party's deposits so far.
    event Deposited(bytes32 indexed channelId, uint256 partyAndTotal);

    /// @notice A cooperative withdrawal was paid.
    /// @param channelId The channel.
    /// @param partyAndTotal Who withdrew, and that party's withdrawals so far.
    /// @param paid What this one paid.
    event Withdrawn(bytes32 indexed channelId, uint256 partyAndTotal, uint256 paid);

    /// @notice A channel was closed cooperatively; the id is never used again.
    /// @param channelId The channel.
    /// @param paidAAndPaidB What a got, and what b got.
    event Closed(bytes32 indexed channelId, uint256 paidAAndPaidB);

    /// @notice A one-sided close began, with a voucher shown for a lane or with none: then its number is zero.
    /// @param channelId The channel.
    /// @param closesAt From this timestamp on it can be settled.
    /// @param laneAndSeq The lane, and the voucher's number.
    /// @param paidAndLocked Its paid total, and its locked sum.
    /// @param locksRoot Its root.
    event CloseStarted(
        bytes32 indexed channelId, uint64 closesAt, uint256 laneAndSeq, uint256 paidAndLocked, bytes32 locksRoot
    );

    /// @notice A voucher was shown for a lane of a channel whose window runs.
    /// @param channelId The channel.
    /// @param laneAndSeq The lane, and the voucher's number.
    /// @param paidAndLocked Its paid total, and its locked sum.
    /// @param locksRoot Its root.
    event LaneUpdated(bytes32 indexed channelId, uint256 laneAndSeq, uint256 paidAndLocked, bytes32 locksRoot);

    /// @notice A channel was settled after its window.
    /// @param channelId The channel.
    /// @param paidAAndPaidB What a got at once, and what b got.
    /// @param pool0AndPool1 What was kept for lane 0's locks, and for lane 1's.
    event Settled(bytes32 indexed channelId, uint256 paidAAndPaidB, uint256 pool0AndPool1);

    /// @notice A lock was paid out.
    /// @param channelId The channel.
    /// @param laneAndIndex Its lane, and its slot.
    /// @param reserveAndPaid What left the pool, and what of it the lane's receiver got; the payer got the rest.
    event Unlocked(bytes32 indexed channelId, uint256 laneAndIndex, uint256 reserveAndPaid);

    /// @notice A virtual channel began to close (then `amount` is 0), or its amount rose.
    /// @param virtualId The virtual channel.
    /// @param finalAtAndAmount From which timestamp on the amount is final, and the highest amount redeemed.
    event VirtualUpdated(bytes32 indexed virtualId, uint256 finalAtAndAmount);

    /// @notice A payout could not be, or was asked not to be, pushed: it waits as a credit.
    /// @param account Whose.
    /// @param token Zero for the native token.
    /// @param amount How much was added.
    event Credited(address indexed account, address indexed token, uint256 amount);

    /// @notice A credit was paid out.
    /// @param account Whose.
    /// @param token Zero for the native token.
    /// @param to Where it went.
    /// @param amount How much.
    event CreditPaid(address indexed account, address indexed token, address to, uint256 amount);

    /// @notice A redirect nonce was used up, by a redirection or to cancel one.
    /// @param account Whose.
    /// @param nonce The nonce that was used.
    event RedirectNonceUsed(address indexed account, uint256 nonce);

    /// @notice An item of a batch did nothing.
    /// @param id The item's channel or virtual channel.
    /// @param position Its place in the batch.
    /// @param reason Selector of the error that a single call would have met.
    event Skipped(bytes32 indexed id, uint256 position, bytes4 reason);
}
