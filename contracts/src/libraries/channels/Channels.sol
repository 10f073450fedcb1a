// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import { ISluiceErrors } from "../../interfaces/ISluiceErrors.sol";
import { ChannelTerms } from "../../interfaces/SluiceTypes.sol";
import { NonceMinute } from "../NonceMinute.sol";
import { ChannelSlots } from "../Store.sol";
import { DepositsWord } from "./DepositsWord.sol";
import { DisputeWord } from "./DisputeWord.sol";

/// @title Channels
/// @notice What several calls ask of a channel.
library Channels {
    /// @dev Where the fields after both parties stand in calldata: two addresses a party come first.
    uint256 private constant TOKEN_OFFSET = 0x80;
    uint256 private constant SIGNER_OFFSET = 0x20;
    uint256 private constant PARTY_SHIFT = 6;
    uint256 private constant TERMS_SIZE = 0xe0;

    /// @dev A channel's terms as they stand in calldata, upper bits included.
    /// @param accountA a's account.
    /// @param signerA a's signer.
    /// @param accountB b's account.
    /// @param signerB b's signer.
    /// @param token The token.
    /// @param disputeWindow The window.
    /// @param nonce The nonce.
    struct Words {
        uint256 accountA;
        uint256 signerA;
        uint256 accountB;
        uint256 signerB;
        uint256 token;
        uint256 disputeWindow;
        uint256 nonce;
    }

    /// @notice The deposits of a channel that was not paid out; refuses one that was. Terms are validated by the first
    /// call with an id into which nothing was deposited yet: here, and in Deposits.record, the only way in.
    /// What follows a deposit or a started window need not look again.
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

    /// @notice Refuses terms that make no channel, or none yet.
    /// @param terms The terms.
    function requireTerms(ChannelTerms calldata terms) internal view {
        Words memory w = wordsOf(terms);
        uint256 dirt = (w.accountA | w.signerA | w.accountB | w.signerB | w.token) >> 160 | w.disputeWindow >> 32;
        if (dirt | w.nonce >> 64 != 0) revert ISluiceErrors.DirtyTerms();
        if (w.signerA >= w.signerB || w.signerA == 0 || w.accountA == 0 || w.accountB == 0) {
            revert ISluiceErrors.BadTerms(terms.a.signer, terms.b.signer, terms.a.account, terms.b.account);
        }
        // one account on both sides could show a voucher as the receiver of a lane that it pays
        if (w.accountA == w.accountB) revert ISluiceErrors.SameAccount(terms.a.account);
        if (w.disputeWindow == 0) revert ISluiceErrors.ZeroWindow();
        if (NonceMinute.isAhead(w.nonce)) revert ISluiceErrors.NonceAhead(w.nonce, block.timestamp);
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
        timestamp = DisputeWord.wrap(slots.lanes[0].word).closesAt();
        if (timestamp == 0) timestamp = DisputeWord.wrap(slots.lanes[1].word).closesAt();
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

    /// @notice Where a side's money goes.
    /// @dev As signerOf, it reads the word as it is: there is nothing under the id of terms with dirty upper bits.
    /// @param terms The channel's terms.
    /// @param party The side, 0 or 1.
    /// @return account Its account.
    function accountOf(ChannelTerms calldata terms, uint8 party) internal pure returns (address account) {
        assembly ("memory-safe") {
            account := calldataload(add(terms, shl(PARTY_SHIFT, party)))
        }
    }

    /// @notice Who signs for a side.
    /// @param terms The channel's terms.
    /// @param party The side, 0 or 1.
    /// @return signer Its signer.
    function signerOf(ChannelTerms calldata terms, uint8 party) internal pure returns (address signer) {
        assembly ("memory-safe") {
            signer := calldataload(add(terms, add(SIGNER_OFFSET, shl(PARTY_SHIFT, party))))
        }
    }

    /// @notice Whether somebody may act for one side: its account or its signer.
    /// @param terms The channel's terms.
    /// @param party The side.
    /// @param who Who acts.
    function speaksFor(ChannelTerms calldata terms, uint8 party, address who) internal pure returns (bool) {
        return who == signerOf(terms, party) || who == accountOf(terms, party);
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
        return (signerOf(terms, lane), signerOf(terms, 1 - lane));
    }

    // The id is made of the words as they are in calldata, upper bits included.
    function wordsOf(ChannelTerms calldata terms) private pure returns (Words memory w) {
        assembly ("memory-safe") {
            calldatacopy(w, terms, TERMS_SIZE)
        }
    }
}
