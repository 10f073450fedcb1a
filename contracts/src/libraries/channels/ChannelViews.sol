// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import { ChannelState, LaneState, Status } from "../../interfaces/SluiceTypes.sol";
import { PoolWord } from "../locks/PoolWord.sol";
import { ChannelSlots } from "../Store.sol";
import { Channels } from "./Channels.sol";
import { DepositsWord } from "./DepositsWord.sol";
import { DisputeWord } from "./DisputeWord.sol";

/// @title ChannelViews
/// @notice Unpacking a channel's slots for those who look at it.
library ChannelViews {
    /// @notice What the chain holds of a channel.
    /// @param slots The channel.
    /// @return out Its state.
    function stateOf(ChannelSlots storage slots) internal view returns (ChannelState memory out) {
        DepositsWord deposits = slots.deposits;
        if (deposits.isClosed()) {
            out.status = Status.Closed;
        } else if (deposits.isSettled()) {
            out.status = Status.Settled;
            out.lane0 = settledLane(slots, 0);
            out.lane1 = settledLane(slots, 1);
        } else {
            (out.depositA, out.depositB) = (deposits.ofA(), deposits.ofB());
            (out.withdrawnA, out.withdrawnB) = (slots.withdrawnA, slots.withdrawnB);
            out.closesAt = Channels.closesAt(slots);
            out.status = out.closesAt == 0 ? Status.Open : Status.Closing;
            out.lane0 = shownLane(slots, 0);
            out.lane1 = shownLane(slots, 1);
        }
    }

    function settledLane(ChannelSlots storage slots, uint256 lane) private view returns (LaneState memory) {
        return LaneState(0, 0, slots.lanes[lane].locksHash, PoolWord.wrap(slots.lanes[lane].word).amount());
    }

    function shownLane(ChannelSlots storage slots, uint256 lane) private view returns (LaneState memory) {
        DisputeWord word = DisputeWord.wrap(slots.lanes[lane].word);
        return LaneState(word.seq(), word.paid(), slots.lanes[lane].locksHash, 0);
    }
}
