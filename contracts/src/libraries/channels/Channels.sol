// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import { ISluiceErrors } from "../../interfaces/ISluiceErrors.sol";
import { ChannelTerms } from "../../interfaces/SluiceTypes.sol";
import { ChannelSlots } from "../Store.sol";
import { DepositsWord } from "./DepositsWord.sol";
import { DisputeWord } from "./DisputeWord.sol";

/// @title Channels
/// @notice What several calls ask of a channel.
library Channels {
    /// @dev Where the fields after both parties stand in calldata: two addresses a party come first.
    uint256 private constant TOKEN_OFFSET = 0x80;
    uint256 private constant WINDOW_OFFSET = 0xa0;
    uint256 private constant NONCE_OFFSET = 0xc0;

    /// @notice The deposits of a channel that was not paid out; refuses one that was. Terms are validated here, by the first
    /// call with an id into which nothing was deposited yet: whatever is in a channel has come this way.
    /// @param slots The channel.
    /// @param id Its id.
    /// @param terms Its terms.
    /// @return deposits Both deposits.
    function requireAlive(ChannelSlots storage slots, bytes32 id, ChannelTerms calldata terms)
        internal
        view
        returns (DepositsWord deposits)
    {
        deposits = slots.deposits;
        if (deposits.isOver()) revert ISluiceErrors.ChannelOver(id);
        if (deposits.isEmpty()) requireTerms(terms);
    }

    /// @notice Refuses terms that make no channel.
    /// @param terms The terms.
    function requireTerms(ChannelTerms calldata terms) internal pure {
        if (!isClean(terms)) revert ISluiceErrors.DirtyTerms();
        (address a, address b) = (terms.a.signer, terms.b.signer);
        (address accountA, address accountB) = (terms.a.account, terms.b.account);
        if (a >= b || a == address(0) || accountA == address(0) || accountB == address(0)) {
            revert ISluiceErrors.BadTerms(a, b, accountA, accountB);
        }
        // one account on both sides could show a voucher as the receiver of a lane that it pays
        if (accountA == accountB) revert ISluiceErrors.SameAccount(accountA);
        if (terms.disputeWindow == 0) revert ISluiceErrors.ZeroWindow();
    }

    /// @notice Whether a channel is in the native token. Looks at the whole word: dirty upper bits are no native token either.
    /// @param terms Its terms.
    function isNative(ChannelTerms calldata terms) internal pure returns (bool native) {
        assembly ("memory-safe") {
            native := iszero(calldataload(add(terms, TOKEN_OFFSET)))
        }
    }

    /// @notice Refuses a party number above 1.
    /// @param party The number.
    function requireParty(uint8 party) internal pure {
        if (party > 1) revert ISluiceErrors.WrongParty(party);
    }

    /// @notice Refuses a lane number above 1.
    /// @param lane The number.
    function requireLane(uint8 lane) internal pure {
        if (lane > 1) revert ISluiceErrors.WrongLane(lane);
    }

    /// @notice Refuses a passed deadline.
    /// @param deadline The last timestamp that is not refused.
    function requireBefore(uint64 deadline) internal view {
        if (block.timestamp > deadline) revert ISluiceErrors.DeadlinePassed(deadline, block.timestamp);
    }

    /// @notice When the window is over; zero if no close began.
    /// @param slots The channel.
    function closesAt(ChannelSlots storage slots) internal view returns (uint64 timestamp) {
        timestamp = DisputeWord.wrap(slots.laneWords[0]).closesAt();
        if (timestamp == 0) timestamp = DisputeWord.wrap(slots.laneWords[1]).closesAt();
    }

    /// @notice What was withdrawn; not read where nothing ever was.
    /// @param slots The channel.
    /// @param deposits Its deposits.
    /// @return a By a.
    /// @return b By b.
    function withdrawn(ChannelSlots storage slots, DepositsWord deposits) internal view returns (uint128 a, uint128 b) {
        if (deposits.hasWithdrawn()) (a, b) = (slots.withdrawnA, slots.withdrawnB);
    }

    /// @notice Ends a channel for good, and clears what was withdrawn.
    /// @param slots The channel.
    /// @param deposits Its deposits so far.
    /// @param ending How it ended: DepositsWords.CLOSED or SETTLED.
    function end(ChannelSlots storage slots, DepositsWord deposits, DepositsWord ending) internal {
        slots.deposits = ending;
        if (deposits.hasWithdrawn()) (slots.withdrawnA, slots.withdrawnB) = (0, 0);
    }

    /// @notice Whether somebody may act for one side: its account or its signer.
    /// @param terms The channel's terms.
    /// @param party The side.
    /// @param who Who acts.
    function speaksFor(ChannelTerms calldata terms, uint8 party, address who) internal pure returns (bool) {
        return
            party == 0
                ? who == terms.a.signer || who == terms.a.account
                : who == terms.b.signer || who == terms.b.account;
    }

    /// @notice Refuses who is no party of the channel.
    /// @param terms The channel's terms.
    /// @param id Its id.
    /// @param who Who acts.
    function requireSpeaker(ChannelTerms calldata terms, bytes32 id, address who) internal pure {
        if (!speaksFor(terms, 0, who) && !speaksFor(terms, 1, who)) revert ISluiceErrors.NotParty(id, who);
    }

    /// @notice The signers of a lane.
    /// @param terms The channel's terms.
    /// @param lane The lane.
    /// @return payer Who pays it.
    /// @return receiver Who receives it.
    function signersOf(ChannelTerms calldata terms, uint8 lane)
        internal
        pure
        returns (address payer, address receiver)
    {
        return lane == 0 ? (terms.a.signer, terms.b.signer) : (terms.b.signer, terms.a.signer);
    }

    // The id is made of the words as they are in calldata, upper bits included. Those of accounts and signers are looked at where
    // these are read.
    function isClean(ChannelTerms calldata terms) private pure returns (bool clean) {
        assembly ("memory-safe") {
            let token := shr(160, calldataload(add(terms, TOKEN_OFFSET)))
            let window := shr(32, calldataload(add(terms, WINDOW_OFFSET)))
            let nonce := shr(64, calldataload(add(terms, NONCE_OFFSET)))
            clean := iszero(or(token, or(window, nonce)))
        }
    }
}
