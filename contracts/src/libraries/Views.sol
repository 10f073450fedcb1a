// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import { ChannelState, LaneState, Status } from "../interfaces/SluiceTypes.sol";
import { Channels } from "./Channels.sol";
import { DepositsWord } from "./DepositsWord.sol";
import { LaneWord } from "./LaneWord.sol";
import { ChannelSlots } from "./Store.sol";

/// @title Views
/// @notice Unpacking a channel's slots for those who look at it.
library Views {
    /// @notice What the chain holds of a channel.
    function channel(ChannelSlots storage slots) internal view returns (ChannelState memory out) {
        DepositsWord deposits = slots.deposits;
        out.withdrawnA = slots.withdrawnA;
        out.withdrawnB = slots.withdrawnB;
        if (deposits.isClosed()) {
            out.status = Status.Closed;
        } else if (deposits.isSettled()) {
            out.status = Status.Settled;
            out.lane0 = LaneState(0, 0, slots.locksHashes[0], slots.lanes[0].pool());
            out.lane1 = LaneState(0, 0, slots.locksHashes[1], slots.lanes[1].pool());
        } else {
            out.depositA = deposits.ofA();
            out.depositB = deposits.ofB();
            out.closesAt = Channels.closesAt(slots);
            out.status = out.closesAt == 0 ? Status.Open : Status.Closing;
            out.lane0 = shown(slots, 0);
            out.lane1 = shown(slots, 1);
        }
    }

    function shown(ChannelSlots storage slots, uint256 lane) private view returns (LaneState memory) {
        LaneWord word = slots.lanes[lane];
        return LaneState(word.seq(), word.paid(), slots.locksHashes[lane], 0);
    }
}
