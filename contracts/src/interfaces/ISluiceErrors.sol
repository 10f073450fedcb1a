// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

/// @title ISluiceErrors
/// @notice Every refusal, with the values that led to it.
interface ISluiceErrors {
    /// @notice A party number above 1.
    error WrongParty(uint8 party);
    /// @notice A lane number above 1.
    error WrongLane(uint8 lane);
    /// @notice Signers not in ascending order, or an account or signer of zero.
    error BadTerms(address signerA, address signerB, address accountA, address accountB);
    /// @notice A path shorter than two or longer than six.
    error BadPath(uint256 length);
    /// @notice The channel is settled or closed.
    error ChannelOver(bytes32 channelId);
    /// @notice The close already began.
    error AlreadyClosing(bytes32 channelId, uint64 closesAt);
    /// @notice No close began.
    error NotClosing(bytes32 channelId);
    /// @notice The dispute window still runs.
    error WindowOpen(bytes32 channelId, uint64 closesAt);
    /// @notice The dispute window is over.
    error WindowOver(bytes32 channelId, uint64 closesAt);
    /// @notice The channel is not settled.
    error NotSettled(bytes32 channelId);
    /// @notice Neither an account nor a signer of the channel.
    error NotParty(bytes32 channelId, address who);
    /// @notice Not a member of the path.
    error NotMember(bytes32 virtualId, address who);
    /// @notice The lane with the lock does not run along the path: its payer is not followed by its receiver there.
    error NotNeighbours(bytes32 virtualId, address payer, address receiver);
    /// @notice The lane's receiver neither sent nor signed.
    error NotReceiver(bytes32 channelId, uint8 lane, address who);
    /// @notice A signature by another key, malformed, or refused by the contract wallet.
    error BadSignature(bytes32 digest, address expected);
    /// @notice Not newer than the voucher shown before.
    error StaleVoucher(bytes32 channelId, uint8 lane, uint64 shownSeq, uint64 seq);
    /// @notice A locked sum without a root: no lock could ever claim it.
    error BadLocks(uint128 locked, bytes32 locksRoot);
    /// @notice The locks given are not those of the voucher last shown.
    error LocksMismatch(bytes32 channelId, uint8 lane);
    /// @notice Too late.
    error DeadlinePassed(uint64 deadline, uint256 now_);
    /// @notice The total is not above what was withdrawn.
    error NothingNew(bytes32 channelId, uint128 withdrawn, uint128 total);
    /// @notice The channel holds less than is asked.
    error PotTooSmall(bytes32 channelId, uint256 pot, uint256 wanted);
    /// @notice A side would go below zero.
    error ShareBelowZero(bytes32 channelId, uint8 party, int256 share);
    /// @notice The proof does not lead to the lane's root.
    error BadProof(bytes32 channelId, uint8 lane, uint32 index);
    /// @notice This slot was unlocked before.
    error AlreadyUnlocked(bytes32 channelId, uint8 lane, uint32 index);
    /// @notice The condition is not final, or the resolver gives no answer.
    error NotFinal(address resolver, bytes32 id, uint8 side);
    /// @notice The virtual channel's amount is final.
    error VirtualFinal(bytes32 virtualId, uint64 finalAt);
    /// @notice The virtual channel is not closing, and the sender is no member who could start it.
    error VirtualNotClosing(bytes32 virtualId, address who);
    /// @notice Not above what was redeemed.
    error NotHigher(bytes32 virtualId, uint128 redeemed, uint128 offered);
    /// @notice More ticks than the voucher commits to, or a preimage that does not lead to its anchor.
    error BadTick(bytes32 virtualId, uint32 ticks, uint32 tickCount);
    /// @notice This way of depositing is for the native token.
    error NeedsNative(address token);
    /// @notice A deposit that brought nothing.
    error NothingReceived();
    /// @notice More than fits: all deposits of a channel sum to less than 2^127.
    error TooMuch(bytes32 channelId, uint256 amount);
    /// @notice The token did not let itself be pulled.
    error PullFailed(address token, address from, uint256 amount);
    /// @notice This way of depositing needs an ERC-20.
    error NeedsToken();
    /// @notice There is no credit, or none of it is asked for.
    error NoCredit(address account, address token);
    /// @notice The credit is smaller than what is asked.
    error CreditTooSmall(address account, address token, uint256 credit, uint256 amount);
    /// @notice The recipient or token still refuses; the credit stays.
    error PayoutFailed(address to, address token, uint256 amount);
    /// @notice Not the account's next redirect nonce.
    error WrongNonce(address account, uint256 expected, uint256 given);
    /// @notice Called back from inside a call.
    error Reentered();
}
