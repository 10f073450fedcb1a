// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import { ISluiceErrors } from "../../interfaces/ISluiceErrors.sol";
import { ISluiceEvents } from "../../interfaces/ISluiceEvents.sol";
import { ChannelTerms, LaneLocks, SignedLane } from "../../interfaces/SluiceTypes.sol";
import { PoolWord, PoolWords } from "../locks/PoolWord.sol";
import { Refusals } from "../Refusals.sol";
import { ChannelSlots } from "../Store.sol";
import { Channels } from "./Channels.sol";
import { DepositsWord, DepositsWords } from "./DepositsWord.sol";
import { DisputeWord, DisputeWords } from "./DisputeWord.sol";
import { LaneVouchers } from "./LaneVouchers.sol";
import { Settlement } from "./Settlement.sol";

/// @title Disputes
/// @notice The one-sided close: start, answer, settle.
library Disputes {
    /// @notice Starts the window, with or without a voucher.
    /// @param slots The channel.
    /// @param id Its id.
    /// @param domain The domain separator.
    /// @param terms The channel's terms.
    /// @param voucher A voucher, or none: seq 0.
    /// @param sender Who shows the voucher; zero if it is relayed.
    function start(
        ChannelSlots storage slots,
        bytes32 id,
        bytes32 domain,
        ChannelTerms calldata terms,
        SignedLane calldata voucher,
        address sender
    ) internal {
        Channels.requireAlive(slots, id, terms);
        Channels.requireLane(voucher.lane);
        uint64 closesAt = Channels.closesAt(slots);
        if (closesAt != 0) revert ISluiceErrors.AlreadyClosing(id, closesAt);
        closesAt = uint64(block.timestamp + terms.disputeWindow);
        DisputeWord word = DisputeWords.closing(closesAt);
        if (voucher.seq == 0) {
            slots.lanes[0].word = DisputeWord.unwrap(word);
            emit ISluiceEvents.CloseStarted(id, closesAt, 0, 0, 0);
        } else {
            Refusals.raise(LaneVouchers.check(0, id, domain, terms, voucher, sender));
            (uint256 laneAndSeq, uint256 paidAndLocked, bytes32 locksRoot) = LaneVouchers.write(slots, voucher, word);
            emit ISluiceEvents.CloseStarted(id, closesAt, laneAndSeq, paidAndLocked, locksRoot);
        }
    }

    /// @notice Refuses a channel whose window does not run.
    /// @param slots The channel.
    /// @param id Its id.
    function requireRunning(ChannelSlots storage slots, bytes32 id) internal view {
        if (slots.deposits.isOver()) revert ISluiceErrors.ChannelOver(id);
        uint64 closesAt = Channels.closesAt(slots);
        if (closesAt == 0) revert ISluiceErrors.NotClosing(id);
        if (block.timestamp >= closesAt) revert ISluiceErrors.WindowOver(id, closesAt);
    }

    /// @notice Shows a newer voucher in a window that runs.
    /// @param slots The channel.
    /// @param id Its id.
    /// @param domain The domain separator.
    /// @param terms The channel's terms.
    /// @param voucher The voucher.
    /// @param sender Who shows it.
    /// @return refusal Why it was not shown; no bytes if it was.
    function tryShow(
        ChannelSlots storage slots,
        bytes32 id,
        bytes32 domain,
        ChannelTerms calldata terms,
        SignedLane calldata voucher,
        address sender
    ) internal returns (bytes memory refusal) {
        uint8 lane = voucher.lane;
        if (lane > 1) return abi.encodeWithSelector(ISluiceErrors.WrongLane.selector, lane);
        DisputeWord word = DisputeWord.wrap(slots.lanes[lane].word);
        refusal = LaneVouchers.check(word.seq(), id, domain, terms, voucher, sender);
        if (refusal.length != 0) return refusal;
        (uint256 laneAndSeq, uint256 paidAndLocked, bytes32 locksRoot) = LaneVouchers.write(slots, voucher, word);
        emit ISluiceEvents.LaneUpdated(id, laneAndSeq, paidAndLocked, locksRoot);
    }

    /// @notice Ends the channel after its window, keeping a pool for each lane's locks.
    /// @param slots The channel.
    /// @param id Its id.
    /// @param locks0 Locks of the voucher last shown for lane 0.
    /// @param locks1 Locks of the voucher last shown for lane 1.
    /// @return payA What a gets.
    /// @return payB What b gets.
    function settle(ChannelSlots storage slots, bytes32 id, LaneLocks calldata locks0, LaneLocks calldata locks1)
        internal
        returns (uint128 payA, uint128 payB)
    {
        DepositsWord deposits = slots.deposits;
        if (deposits.isOver()) revert ISluiceErrors.ChannelOver(id);
        (DisputeWord lane0, DisputeWord lane1) =
            (DisputeWord.wrap(slots.lanes[0].word), DisputeWord.wrap(slots.lanes[1].word));
        requireWindowOver(id, lane0.closesAt() | lane1.closesAt());
        (uint128 withdrawnA, uint128 withdrawnB) = Channels.withdrawn(slots, deposits);
        uint128 pool0;
        uint128 pool1;
        (payA, payB, pool0, pool1) = Settlement.split(
            deposits.ofA(),
            deposits.ofB(),
            withdrawnA,
            withdrawnB,
            lane0.paid(),
            lane1.paid(),
            lockedOf(slots, id, 0, lane0, locks0),
            lockedOf(slots, id, 1, lane1, locks1)
        );
        Channels.end(slots, deposits, DepositsWords.SETTLED);
        keepPool(slots, 0, lane0, pool0);
        keepPool(slots, 1, lane1, pool1);
        emit ISluiceEvents.Settled(id, uint256(payA) << 128 | payB, uint256(pool0) << 128 | pool1);
    }

    // Only one of the two lanes holds the time, so that either is zero.
    function requireWindowOver(bytes32 id, uint64 closesAt) private view {
        if (closesAt == 0) revert ISluiceErrors.NotClosing(id);
        if (block.timestamp < closesAt) revert ISluiceErrors.WindowOpen(id, closesAt);
    }

    // The locked sum that counts at settlement; refuses locks that are not those last shown.
    function lockedOf(ChannelSlots storage slots, bytes32 id, uint8 lane, DisputeWord word, LaneLocks calldata locks)
        private
        view
        returns (uint128)
    {
        if (!word.hasLocks()) return 0;
        LaneVouchers.requireLocks(slots, id, lane, locks.locked, locks.locksRoot);
        return locks.locked;
    }

    function keepPool(ChannelSlots storage slots, uint256 lane, DisputeWord word, uint128 pool) private {
        uint256 kept = PoolWord.unwrap(PoolWords.full(pool));
        if (DisputeWord.unwrap(word) != kept) slots.lanes[lane].word = kept;
        if (pool == 0 && word.hasLocks()) slots.lanes[lane].locksHash = 0;
    }
}
