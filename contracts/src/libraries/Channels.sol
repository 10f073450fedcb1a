// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import { ISluiceErrors } from "../interfaces/ISluiceErrors.sol";
import { ChannelTerms } from "../interfaces/SluiceTypes.sol";
import { DepositsWord } from "./DepositsWord.sol";
import { ChannelSlots } from "./Store.sol";

/// @title Channels
/// @notice What several calls ask of a channel.
library Channels {
    /// @notice Refuses a channel that was paid out.
    function requireAlive(ChannelSlots storage slots, bytes32 id) internal view {
        if (slots.deposits.isOver()) revert ISluiceErrors.ChannelOver(id);
    }

    /// @notice Whether a channel is in the native token. Looks at the whole word: dirty upper bits are no native token either.
    function isNative(ChannelTerms calldata terms) internal pure returns (bool native) {
        assembly ("memory-safe") {
            native := iszero(calldataload(add(terms, 0x80)))
        }
    }

    /// @notice Refuses a party number above 1.
    function requireParty(uint8 party) internal pure {
        if (party > 1) revert ISluiceErrors.WrongParty(party);
    }

    /// @notice Refuses a lane number above 1.
    function requireLane(uint8 lane) internal pure {
        if (lane > 1) revert ISluiceErrors.WrongLane(lane);
    }

    /// @notice Refuses a passed deadline.
    function requireBefore(uint64 deadline) internal view {
        if (block.timestamp > deadline) revert ISluiceErrors.DeadlinePassed(deadline, block.timestamp);
    }

    /// @notice When the window is over; zero if no close began.
    function closesAt(ChannelSlots storage slots) internal view returns (uint64 end) {
        end = slots.lanes[0].closesAt();
        if (end == 0) end = slots.lanes[1].closesAt();
    }

    /// @notice What was withdrawn; not read where nothing ever was.
    function withdrawn(ChannelSlots storage slots, DepositsWord deposits) internal view returns (uint128 a, uint128 b) {
        if (deposits.hasWithdrawn()) (a, b) = (slots.withdrawnA, slots.withdrawnB);
    }

    /// @notice Whether `who` may act for one side: its account or its signer.
    function speaksFor(ChannelTerms calldata terms, uint8 party, address who) internal pure returns (bool) {
        return
            party == 0
                ? who == terms.a.signer || who == terms.a.account
                : who == terms.b.signer || who == terms.b.account;
    }

    /// @notice The signer who pays a lane.
    function payerSigner(ChannelTerms calldata terms, uint8 lane) internal pure returns (address) {
        return lane == 0 ? terms.a.signer : terms.b.signer;
    }

    /// @notice The signer who receives a lane.
    function receiverSigner(ChannelTerms calldata terms, uint8 lane) internal pure returns (address) {
        return lane == 0 ? terms.b.signer : terms.a.signer;
    }
}
