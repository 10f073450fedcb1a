// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import { ISluiceErrors } from "../interfaces/ISluiceErrors.sol";
import { ISluiceEvents } from "../interfaces/ISluiceEvents.sol";
import { ChannelTerms, LaneLocks, SignedCloseRequest, SignedLane } from "../interfaces/SluiceTypes.sol";
import { Channels } from "./Channels.sol";
import { DepositsWord, DepositsWords } from "./DepositsWord.sol";
import { LaneWord, LaneWords } from "./LaneWord.sol";
import { Lanes } from "./Lanes.sol";
import { Messages } from "./Messages.sol";
import { Settlement } from "./Settlement.sol";
import { Signatures } from "./Signatures.sol";
import { ChannelSlots } from "./Store.sol";
import { TypedData } from "./TypedData.sol";

/// @title Closing
/// @notice The one-sided close: start, answer, settle.
library Closing {
    /// @notice Refuses who is no party of the channel.
    function requireSpeaker(ChannelTerms calldata terms, bytes32 id, address who) internal pure {
        if (!Channels.speaksFor(terms, 0, who) && !Channels.speaksFor(terms, 1, who)) {
            revert ISluiceErrors.NotParty(id, who);
        }
    }

    /// @notice Refuses unless `request.by` signed CloseRequest(ids, deadline) and the deadline has not passed.
    /// @param idsHash keccak256 of the ids, one after another.
    function requireRequest(bytes32 domain, bytes32 idsHash, SignedCloseRequest calldata request) internal view {
        Channels.requireBefore(request.deadline);
        bytes32 digest = TypedData.digest(domain, Messages.ofCloseRequest(idsHash, request.deadline));
        if (!Signatures.isConsent(request.by, digest, request.signature)) {
            revert ISluiceErrors.BadSignature(digest, request.by);
        }
    }

    /// @notice Starts the window, with or without a voucher.
    /// @param sender Who shows the voucher; zero if it is relayed.
    function start(
        ChannelSlots storage slots,
        bytes32 id,
        bytes32 domain,
        ChannelTerms calldata terms,
        SignedLane calldata voucher,
        address sender
    ) internal {
        Channels.requireAlive(slots, id);
        Channels.requireLane(voucher.lane);
        uint64 end = Channels.closesAt(slots);
        if (end != 0) revert ISluiceErrors.AlreadyClosing(id, end);
        end = uint64(block.timestamp + terms.disputeWindow);
        emit ISluiceEvents.CloseStarted(id, end);
        LaneWord word = LaneWords.closing(end);
        if (voucher.seq == 0) slots.lanes[0] = word;
        else Lanes.show(slots, id, domain, terms, voucher, word, sender);
    }

    /// @notice Shows a newer voucher within the window.
    function update(
        ChannelSlots storage slots,
        bytes32 id,
        bytes32 domain,
        ChannelTerms calldata terms,
        SignedLane calldata voucher,
        address sender
    ) internal {
        Channels.requireAlive(slots, id);
        Channels.requireLane(voucher.lane);
        uint64 end = Channels.closesAt(slots);
        if (end == 0) revert ISluiceErrors.NotClosing(id);
        if (block.timestamp >= end) revert ISluiceErrors.WindowOver(id, end);
        Lanes.show(slots, id, domain, terms, voucher, slots.lanes[voucher.lane], sender);
    }

    /// @notice Ends the channel after its window, keeping a pool for each lane's locks.
    /// @return payA What a gets.
    /// @return payB What b gets.
    function settle(ChannelSlots storage slots, bytes32 id, LaneLocks calldata locks0, LaneLocks calldata locks1)
        internal
        returns (uint128 payA, uint128 payB)
    {
        DepositsWord deposits = slots.deposits;
        if (deposits.isOver()) revert ISluiceErrors.ChannelOver(id);
        (LaneWord lane0, LaneWord lane1) = (slots.lanes[0], slots.lanes[1]);
        requireWindowOver(id, lane0.closesAt() | lane1.closesAt());
        (uint128 withdrawnA, uint128 withdrawnB) = Channels.withdrawn(slots, deposits);
        Settlement.Split memory split = Settlement.split(
            Settlement.Input(
                deposits.ofA(),
                deposits.ofB(),
                withdrawnA,
                withdrawnB,
                lane0.paid(),
                lane1.paid(),
                Lanes.lockedOf(slots, id, 0, lane0, locks0),
                Lanes.lockedOf(slots, id, 1, lane1, locks1)
            )
        );
        slots.deposits = DepositsWords.SETTLED;
        keepPool(slots, 0, lane0, split.pool0);
        keepPool(slots, 1, lane1, split.pool1);
        emit ISluiceEvents.Settled(id, split.payA, split.payB, split.pool0, split.pool1);
        return (split.payA, split.payB);
    }

    // Only one of the two lanes holds the time, so that either is zero.
    function requireWindowOver(bytes32 id, uint64 end) private view {
        if (end == 0) revert ISluiceErrors.NotClosing(id);
        if (block.timestamp < end) revert ISluiceErrors.WindowOpen(id, end);
    }

    function keepPool(ChannelSlots storage slots, uint256 lane, LaneWord was, uint128 pool) private {
        if (LaneWord.unwrap(was) != pool) slots.lanes[lane] = LaneWords.settled(pool);
    }
}
